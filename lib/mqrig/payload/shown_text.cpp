#include <cstdint>

#include <mqrig/payload/shown_text.hpp>
#include <mqrig/payload/utf8_sequence.hpp>

namespace mqrig::payload {

namespace {
constexpr std::size_t longest = 40;  // bytes of the original
}  // namespace

std::string shown_text(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  std::string shown;
  std::size_t i = 0;
  while (i < text.size() && i < longest) {
    const std::uint8_t byte = bytes[i];
    if (byte < 0x80) {
      shown.push_back(byte < 0x20 || byte == 0x7F ? ' ' : text[i]);
      ++i;
      continue;
    }
    const std::size_t size = utf8_sequence_size(bytes + i, text.size() - i);
    shown += size == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(i, size);
    i += size == 0 ? 1 : size;
  }
  return i < text.size() ? shown + "…" : shown;
}

}  // namespace mqrig::payload
