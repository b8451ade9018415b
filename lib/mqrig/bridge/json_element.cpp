#include <mqrig/bridge/json_element.hpp>

#include <mqrig/payload/base64.hpp>
#include <mqrig/payload/json_escape.hpp>
#include <mqrig/payload/parse_json.hpp>

namespace mqrig::bridge {

wire::ByteView json_element(wire::ByteView payload, wire::Buffer& scratch) {
  const std::string_view text = wire::as_text(payload);
  if (payload::is_embeddable_json(text)) return payload;
  scratch.clear();
  scratch.append(wire::as_bytes("\""));
  if (!payload::append_escaped(scratch, text)) {
    scratch.truncate(1);
    payload::append_base64(scratch, payload);
  }
  scratch.append(wire::as_bytes("\""));
  return scratch.view();
}

}  // namespace mqrig::bridge
