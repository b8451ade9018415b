#include <array>
#include <cstring>
#include <string_view>

#include <mqrig/payload/digits.hpp>
#include <mqrig/payload/json_escape.hpp>
#include <mqrig/payload/json_pieces.hpp>
#include <mqrig/payload/json_writer.hpp>
#include <mqrig/payload/parse_json.hpp>
#include <mqrig/wire/utf8.hpp>

namespace mqrig::payload {

namespace {

using wire::PropertyId;

// Of a literal, so that the copy has a size known to the compiler.
template <std::size_t Size>
std::uint8_t* put(std::uint8_t* to, const char (&text)[Size]) noexcept {
  std::memcpy(to, text, Size - 1);
  return to + Size - 1;
}

std::uint8_t* put_bool(std::uint8_t* to, bool value) noexcept {
  return value ? put(to, "true") : put(to, "false");
}

// Everything up to and with "topic".
void append_topic(wire::Buffer& out, std::string_view topic, UtcText& utc, WallTime received) {
  std::uint8_t* const start = out.prepare(64 + topic.size() * escape_growth);
  std::uint8_t* to = put(start, "{\"ts\":\"");
  utc.put(to, received);
  to = put(to + UtcText::size, "\",\"topic\":\"");
  const EscapedText escaped = put_escaped(to, topic);
  if (escaped.ascii || wire::is_utf8(topic)) {
    out.commit(static_cast<std::size_t>(escaped.end - start));
  } else {
    out.commit(static_cast<std::size_t>(to - start));
    append_escaped_lossy(out, topic);
  }
}

// From "qos" to "size".
void append_flags(wire::Buffer& out, const wire::Publish& message) {
  std::uint8_t* const start = out.prepare(128);
  std::uint8_t* to = put(start, "\",\"qos\":");
  *to++ = static_cast<std::uint8_t>('0' + static_cast<unsigned>(message.qos));
  to = put_bool(put(to, ",\"retain\":"), message.retain);
  to = put_bool(put(to, ",\"dup\":"), message.dup);
  if (message.qos != wire::QoS::at_most_once) {
    to = put_number(put(to, ",\"mid\":"), message.packet_id);
  }
  to = put_number(put(to, ",\"size\":"), message.payload.size());
  out.commit(static_cast<std::size_t>(to - start));
}

void append_text_payload(wire::Buffer& out, wire::ByteView payload) {
  const std::size_t before = out.size();
  append(out, ",\"enc\":\"utf8\",\"payload\":");
  if (append_utf8_string(out, wire::as_text(payload))) return;
  out.truncate(before);
  append(out, ",\"enc\":\"base64\",\"payload\":");
  append_base64_string(out, payload);
}

// Opens the array or object of the first such property, or goes on with the next element.
void append_key(wire::Buffer& out, bool& first, std::string_view key) {
  append(out, first ? ",\"props\":{\"" : ",\"");
  append(out, key);
  append(out, "\":");
  first = false;
}

// Where the properties that occur once stand in the output; single_count for all others.
constexpr std::size_t single_count = 5;
std::size_t single_place(PropertyId id) {
  switch (id) {
    case PropertyId::content_type:
      return 0;
    case PropertyId::response_topic:
      return 1;
    case PropertyId::correlation_data:
      return 2;
    case PropertyId::message_expiry_interval:
      return 3;
    case PropertyId::payload_format_indicator:
      return 4;
    default:
      return single_count;
  }
}

void append_single(wire::Buffer& out, bool& first, const wire::Property& property) {
  switch (property.id) {
    case PropertyId::content_type:
      append_key(out, first, "content_type");
      return append_string(out, property.text);
    case PropertyId::response_topic:
      append_key(out, first, "response_topic");
      return append_string(out, property.text);
    case PropertyId::correlation_data:
      append_key(out, first, "correlation_data");
      return append_base64_string(out, wire::as_bytes(property.text));
    case PropertyId::message_expiry_interval:
      append_key(out, first, "expiry");
      return append_number(out, property.integer);
    case PropertyId::payload_format_indicator:
      append_key(out, first, "format");
      return append_number(out, property.integer);
    default:
      return;
  }
}

void append_user_property(wire::Buffer& out, const wire::Property& property) {
  append(out, "[");
  append_string(out, property.key);
  append(out, ",");
  append_string(out, property.text);
  append(out, "]");
}

// All properties of that kind as a list; there is at least one.
void append_repeated(wire::Buffer& out, bool& first, wire::Properties properties, PropertyId id,
                     std::string_view key) {
  append_key(out, first, key);
  std::string_view separator = "[";
  for (const wire::Property& property : properties) {
    if (property.id != id) continue;
    append(out, separator);
    separator = ",";
    if (id == PropertyId::user_property) {
      append_user_property(out, property);
    } else {
      append_number(out, property.integer);
    }
  }
  append(out, "]");
}

// One pass over the encoded properties finds those that occur once, in the order of the output.
void append_properties(wire::Buffer& out, wire::Properties properties) {
  std::array<const wire::Property*, single_count> found{};
  std::array<wire::Property, single_count> singles;
  bool sub_ids = false;
  bool users = false;
  for (const wire::Property& property : properties) {
    sub_ids = sub_ids || property.id == PropertyId::subscription_identifier;
    users = users || property.id == PropertyId::user_property;
    const std::size_t place = single_place(property.id);
    if (place == single_count) continue;
    singles[place] = property;
    found[place] = &singles[place];
  }
  bool first = true;
  for (const wire::Property* property : found) {
    if (property != nullptr) append_single(out, first, *property);
  }
  if (sub_ids) {
    append_repeated(out, first, properties, PropertyId::subscription_identifier, "sub_ids");
  }
  if (users) append_repeated(out, first, properties, PropertyId::user_property, "user");
  if (!first) append(out, "}");
}

}  // namespace

void JsonWriter::write(wire::Buffer& out, const wire::Publish& message, WallTime received) {
  append_topic(out, message.topic, utc_, received);
  append_flags(out, message);
  if (payload_ == JsonPayload::value && is_embeddable_json(wire::as_text(message.payload))) {
    append(out, ",\"enc\":\"json\",\"payload\":");
    append_json_value(out, message.payload);
  } else {
    append_text_payload(out, message.payload);
  }
  if (!message.properties.empty()) append_properties(out, message.properties);
  append(out, "}\n");
}

}  // namespace mqrig::payload
