#include <array>
#include <cstdint>

#include <mqrig/payload/base64.hpp>

namespace mqrig::payload {

namespace {

constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0xFF;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = no_digit;
  for (std::uint8_t i = 0; i < 64; ++i) values[static_cast<std::uint8_t>(alphabet[i])] = i;
  return values;
}
constexpr auto values = make_values();

std::uint8_t digit(std::uint32_t value) {
  return static_cast<std::uint8_t>(alphabet[value & 0x3F]);
}

std::uint32_t value_of(char c) {
  return values[static_cast<std::uint8_t>(c)];
}

}  // namespace

void append_base64(wire::Buffer& out, wire::ByteView bytes) {
  const std::size_t size = base64_size(bytes.size());
  std::uint8_t* to = out.prepare(size);
  const std::uint8_t* from = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 3; left -= 3, from += 3, to += 4) {
    const std::uint32_t three =
        std::uint32_t{from[0]} << 16 | std::uint32_t{from[1]} << 8 | from[2];
    to[0] = digit(three >> 18);
    to[1] = digit(three >> 12);
    to[2] = digit(three >> 6);
    to[3] = digit(three);
  }
  if (left != 0) {
    const std::uint32_t last =
        std::uint32_t{from[0]} << 16 | (left == 2 ? std::uint32_t{from[1]} << 8 : 0);
    to[0] = digit(last >> 18);
    to[1] = digit(last >> 12);
    to[2] = left == 2 ? digit(last >> 6) : std::uint8_t{'='};
    to[3] = '=';
  }
  out.commit(size);
}

bool decode_base64(std::string_view text, std::string& bytes) {
  if (text.size() % 4 != 0) return false;
  if (text.empty()) return true;
  const std::size_t before = bytes.size();
  const std::size_t padding = text.back() != '=' ? 0 : text[text.size() - 2] != '=' ? 1 : 2;
  bytes.resize(before + text.size() / 4 * 3 - padding);
  char* to = bytes.data() + before;
  std::uint32_t wrong = 0;  // any bit above the six of a digit
  const std::size_t whole = text.size() - (padding != 0 ? 4 : 0);
  std::size_t i = 0;
  for (; i < whole; i += 4, to += 3) {
    const std::uint32_t a = value_of(text[i]), b = value_of(text[i + 1]);
    const std::uint32_t c = value_of(text[i + 2]), d = value_of(text[i + 3]);
    wrong |= a | b | c | d;
    const std::uint32_t three = a << 18 | b << 12 | c << 6 | d;
    to[0] = static_cast<char>(three >> 16);
    to[1] = static_cast<char>(three >> 8);
    to[2] = static_cast<char>(three);
  }
  if (padding != 0) {
    const std::uint32_t a = value_of(text[i]), b = value_of(text[i + 1]);
    const std::uint32_t c = padding == 2 ? 0 : value_of(text[i + 2]);
    const std::uint32_t unused = padding == 2 ? b & 0x0F : c & 0x03;
    wrong |= a | b | c | (unused != 0 ? no_digit : 0U);
    to[0] = static_cast<char>(a << 2 | b >> 4);
    if (padding == 1) to[1] = static_cast<char>(b << 4 | c >> 2);
  }
  if (wrong > 0x3F) bytes.resize(before);
  return wrong <= 0x3F;
}

}  // namespace mqrig::payload
