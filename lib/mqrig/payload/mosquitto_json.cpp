#include <mqrig/payload/json_pieces.hpp>
#include <mqrig/payload/mosquitto_json.hpp>
#include <mqrig/payload/parse_json.hpp>

namespace mqrig::payload {

namespace {

using wire::Property;
using wire::PropertyId;

// Writes the members of "properties", each list where its first element stands.
class PropertiesWriter {
 public:
  PropertiesWriter(wire::Buffer& out, wire::Properties properties)
      : out_(out), properties_(properties) {}

  void write() {
    for (const Property& property : properties_) {
      if (property.id == PropertyId::user_property) {
        if (!users_written_) write_users();
      } else if (property.id == PropertyId::subscription_identifier) {
        if (!identifiers_written_) write_identifiers(property);
      } else {
        write_single(property);
      }
    }
  }

 private:
  void key(std::string_view name) {
    append(out_, first_ ? "\"" : ",\"");
    append(out_, name);
    append(out_, "\":");
    first_ = false;
  }

  void write_single(const Property& property) {
    const wire::PropertySpec* const spec =
        wire::find_property(static_cast<std::uint32_t>(property.id));
    if (spec == nullptr) return;
    key(spec->name);
    if (spec->type == wire::PropertyType::utf8_string) {
      append_string(out_, property.text);
    } else if (spec->type != wire::PropertyType::binary) {
      append_number(out_, property.integer);
    } else if (!append_utf8_string(out_, property.text)) {
      append_base64_string(out_, wire::as_bytes(property.text));
      append(out_, ",\"correlation-data-enc\":\"base64\"");
    }
  }

  void write_users() {
    users_written_ = true;
    key("user-properties");
    std::string_view separator = "[{";
    for (const Property& property : properties_) {
      if (property.id != PropertyId::user_property) continue;
      append(out_, separator);
      separator = "},{";
      append_string(out_, property.key);
      append(out_, ":");
      append_string(out_, property.text);
    }
    append(out_, "}]");
  }

  void write_identifiers(const Property& first) {
    identifiers_written_ = true;
    std::size_t count = 0;
    for (const Property& property : properties_) count += property.id == first.id ? 1 : 0;
    key("subscription-identifier");
    if (count == 1) return append_number(out_, first.integer);
    std::string_view separator = "[";
    for (const Property& property : properties_) {
      if (property.id != first.id) continue;
      append(out_, separator);
      separator = ",";
      append_number(out_, property.integer);
    }
    append(out_, "]");
  }

  wire::Buffer& out_;
  wire::Properties properties_;
  bool first_ = true;
  bool users_written_ = false;
  bool identifiers_written_ = false;
};

// The value of "payload" and what belongs to it; false where it should have been a value and isn't.
bool append_payload(wire::Buffer& out, wire::ByteView payload, bool as_value) {
  if (payload.empty()) {
    append(out, "null");
    return true;
  }
  if (as_value && is_embeddable_json(wire::as_text(payload))) {
    append_json_value(out, payload);
    return true;
  }
  if (!append_utf8_string(out, wire::as_text(payload))) {
    append_base64_string(out, payload);
    append(out, ",\"enc\":\"base64\"");
  }
  return !as_value;
}

}  // namespace

bool append_mosquitto_json(wire::Buffer& out, const wire::Publish& message, std::string_view time,
                           bool as_value) {
  append(out, "{\"tst\":\"");
  append(out, time);
  append(out, "\",\"topic\":");
  append_string(out, message.topic);
  append(out, ",\"qos\":");
  append_number(out, static_cast<unsigned>(message.qos));
  append(out, message.retain ? ",\"retain\":1,\"payloadlen\":" : ",\"retain\":0,\"payloadlen\":");
  append_number(out, message.payload.size());
  if (message.qos != wire::QoS::at_most_once) {
    append(out, ",\"mid\":");
    append_number(out, message.packet_id);
  }
  if (!message.properties.empty()) {
    append(out, ",\"properties\":{");
    PropertiesWriter(out, message.properties).write();
    append(out, "}");
  }
  append(out, ",\"payload\":");
  const bool good = append_payload(out, message.payload, as_value);
  append(out, "}");
  return good;
}

}  // namespace mqrig::payload
