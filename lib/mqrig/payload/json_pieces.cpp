#include <algorithm>

#include <mqrig/payload/base64.hpp>
#include <mqrig/payload/digits.hpp>
#include <mqrig/payload/json_escape.hpp>
#include <mqrig/payload/json_pieces.hpp>

namespace mqrig::payload {

void append_number(wire::Buffer& out, std::uint64_t value) {
  std::uint8_t* const start = out.prepare(20);
  out.commit(static_cast<std::size_t>(put_number(start, value) - start));
}

void append_string(wire::Buffer& out, std::string_view text) {
  append(out, "\"");
  append_escaped_lossy(out, text);
  append(out, "\"");
}

bool append_utf8_string(wire::Buffer& out, std::string_view text) {
  const std::size_t before = out.size();
  append(out, "\"");
  if (!append_escaped(out, text)) {
    out.truncate(before);
    return false;
  }
  append(out, "\"");
  return true;
}

void append_base64_string(wire::Buffer& out, wire::ByteView bytes) {
  append(out, "\"");
  append_base64(out, bytes);
  append(out, "\"");
}

void append_json_value(wire::Buffer& out, wire::ByteView json) {
  std::uint8_t* const to = out.prepare(json.size());
  std::transform(json.begin(), json.end(), to, [](std::uint8_t byte) {
    return byte == '\n' || byte == '\r' ? std::uint8_t{' '} : byte;
  });
  out.commit(json.size());
}

}  // namespace mqrig::payload
