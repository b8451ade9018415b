#include <algorithm>
#include <charconv>
#include <cstdint>
#include <span>
#include <utility>

#include <mqrig/payload/base64.hpp>
#include <mqrig/payload/json_reader.hpp>
#include <mqrig/payload/parse_json.hpp>
#include <mqrig/payload/shown_text.hpp>
#include <mqrig/wire/topic.hpp>
#include <mqrig/wire/utf8.hpp>

namespace mqrig::payload {

namespace {

using wire::PropertyId;

constexpr std::size_t max_text = 65'535;  // of a property

std::string quoted(std::string_view name) {
  return "“" + std::string(name) + "”";
}

}  // namespace

class JsonReader::Parser {
 public:
  explicit Parser(const wire::Publish& defaults) : defaults_(defaults) {}

  bool read(std::string_view line, wire::Publish& message);
  const std::string& error() const noexcept { return error_; }

 private:
  enum class Encoding : std::uint8_t { automatic, utf8, base64, json };
  // What a key of the object does with its value, which is valid JSON.
  using Handler = bool (Parser::*)(const JsonChild& value);
  struct Key {
    std::string_view name;
    Handler handler;
    unsigned bit;  // in seen_
  };
  static const Key message_keys_[];
  static const Key property_keys_[];
  static constexpr unsigned topic_bit = 0, payload_bit = 1;

  bool read_object(std::string_view object, std::span<const Key> keys);
  bool read_member(const JsonChild& member, std::span<const Key> keys);

  bool topic(const JsonChild& value);
  bool payload(const JsonChild& value);
  bool encoding(const JsonChild& value);
  bool qos(const JsonChild& value);
  bool retain(const JsonChild& value);
  bool properties(const JsonChild& value);

  bool content_type(const JsonChild& value);
  bool response_topic(const JsonChild& value);
  bool correlation_data(const JsonChild& value);
  bool expiry(const JsonChild& value);
  bool format(const JsonChild& value);
  bool user(const JsonChild& value);

  bool decode_payload();
  bool user_pair(const JsonChild& pair);
  bool property_text(std::string_view name, const JsonChild& value);
  bool integer(std::string_view value, std::uint32_t maximum, std::uint32_t& number) const;
  void set_properties();
  bool fail(std::string error);

  bool seen(unsigned bit) const { return (seen_ >> bit & 1U) != 0; }

  const wire::Publish defaults_;
  wire::Publish* message_ = nullptr;  // during read()
  std::uint32_t seen_ = 0;
  Encoding encoding_ = Encoding::automatic;
  std::string_view payload_json_;
  bool payload_is_text_ = false;
  std::string payload_text_;
  std::string topic_;
  std::string decoded_;  // from base64
  std::string user_key_;
  wire::PropertyWriter own_;     // of the line
  wire::PropertyWriter merged_;  // with those of the defaults
  std::string error_;
};

constinit const JsonReader::Parser::Key JsonReader::Parser::message_keys_[] = {
    {"topic", &Parser::topic, topic_bit}, {"payload", &Parser::payload, payload_bit},
    {"enc", &Parser::encoding, 2},        {"qos", &Parser::qos, 3},
    {"retain", &Parser::retain, 4},       {"props", &Parser::properties, 5},
};

constinit const JsonReader::Parser::Key JsonReader::Parser::property_keys_[] = {
    {"content_type", &Parser::content_type, 6},
    {"response_topic", &Parser::response_topic, 7},
    {"correlation_data", &Parser::correlation_data, 8},
    {"expiry", &Parser::expiry, 9},
    {"format", &Parser::format, 10},
    {"user", &Parser::user, 11},
};

bool JsonReader::Parser::read(std::string_view line, wire::Publish& message) {
  message = defaults_;
  message_ = &message;
  seen_ = 0;
  encoding_ = Encoding::automatic;
  own_.clear();
  error_.clear();
  const std::size_t start = std::min(line.find_first_not_of(" \t\r\n"), line.size());
  if (!line.substr(start).starts_with('{')) {
    return fail("not a JSON object: an object is missing at byte " + std::to_string(start + 1));
  }
  if (!read_object(line, message_keys_)) return false;
  if (message.topic.empty()) return fail("“topic” is missing");
  if (!seen(payload_bit)) return fail("“payload” is missing");
  if (!decode_payload()) return false;
  set_properties();
  return true;
}

bool JsonReader::Parser::read_object(std::string_view object, std::span<const Key> keys) {
  std::string problem;
  const auto visit = [this, &keys](const JsonChild& member) { return read_member(member, keys); };
  if (visit_json(object, visit, problem)) return true;
  return problem.empty() ? false : fail("not a JSON object: " + problem);
}

bool JsonReader::Parser::read_member(const JsonChild& member, std::span<const Key> keys) {
  for (const Key& key : keys) {
    if (key.name != member.key) continue;
    if (seen(key.bit)) return fail(quoted(key.name) + " appears twice");
    seen_ |= 1U << key.bit;
    return (this->*key.handler)(member);
  }
  return true;
}

bool JsonReader::Parser::topic(const JsonChild& value) {
  if (value.text == nullptr) {
    return fail("“topic” must be a string, not " + shown_text(value.json));
  }
  topic_.swap(*value.text);
  message_->topic = topic_;
  const wire::TopicError error = wire::check_topic_name(topic_);
  if (error == wire::TopicError::none) return true;
  return fail("“topic” " + shown_text(value.json) +
              " cannot be published to: " + std::string(wire::text(error)));
}

bool JsonReader::Parser::payload(const JsonChild& value) {
  payload_json_ = value.json;
  payload_is_text_ = value.text != nullptr;
  if (payload_is_text_) payload_text_.swap(*value.text);
  return true;
}

bool JsonReader::Parser::encoding(const JsonChild& value) {
  const std::string_view name = value.text != nullptr ? *value.text : std::string_view();
  if (name == "utf8") {
    encoding_ = Encoding::utf8;
  } else if (name == "base64") {
    encoding_ = Encoding::base64;
  } else if (name == "json") {
    encoding_ = Encoding::json;
  } else {
    return fail("“enc” must be \"utf8\", \"base64\" or \"json\", not " + shown_text(value.json));
  }
  return true;
}

bool JsonReader::Parser::qos(const JsonChild& value) {
  std::uint32_t number = 0;
  if (!integer(value.json, 2, number)) {
    return fail("“qos” must be 0, 1 or 2, not " + shown_text(value.json));
  }
  message_->qos = static_cast<wire::QoS>(number);
  return true;
}

bool JsonReader::Parser::retain(const JsonChild& value) {
  const bool yes = value.json == "true" || value.json == "1";
  if (!yes && value.json != "false" && value.json != "0") {
    return fail("“retain” must be true or false, not " + shown_text(value.json));
  }
  message_->retain = yes;
  return true;
}

bool JsonReader::Parser::properties(const JsonChild& value) {
  if (!value.is_object()) {
    return fail("“props” must be an object, not " + shown_text(value.json));
  }
  return read_object(value.json, property_keys_);
}

bool JsonReader::Parser::content_type(const JsonChild& value) {
  if (!property_text("content_type", value)) return false;
  own_.add(PropertyId::content_type, *value.text);
  return true;
}

bool JsonReader::Parser::response_topic(const JsonChild& value) {
  if (!property_text("response_topic", value)) return false;
  const wire::TopicError error = wire::check_topic_name(*value.text);
  if (error != wire::TopicError::none) {
    return fail("“response_topic” " + shown_text(value.json) +
                " cannot be published to: " + std::string(wire::text(error)));
  }
  own_.add(PropertyId::response_topic, *value.text);
  return true;
}

bool JsonReader::Parser::correlation_data(const JsonChild& value) {
  decoded_.clear();
  if (value.text == nullptr || !decode_base64(*value.text, decoded_)) {
    return fail("“correlation_data” must be a base64 string, not " + shown_text(value.json));
  }
  if (decoded_.size() > max_text) return fail("“correlation_data” is longer than 65,535 bytes");
  own_.add(PropertyId::correlation_data, decoded_);
  return true;
}

bool JsonReader::Parser::expiry(const JsonChild& value) {
  std::uint32_t number = 0;
  if (!integer(value.json, 0xFFFF'FFFF, number)) {
    return fail("“expiry” must be a number of seconds from 0 to 4294967295, not " +
                shown_text(value.json));
  }
  own_.add(PropertyId::message_expiry_interval, number);
  return true;
}

bool JsonReader::Parser::format(const JsonChild& value) {
  std::uint32_t number = 0;
  if (!integer(value.json, 1, number)) {
    return fail("“format” must be 0 or 1, not " + shown_text(value.json));
  }
  own_.add(PropertyId::payload_format_indicator, number);
  return true;
}

bool JsonReader::Parser::user(const JsonChild& value) {
  if (!value.is_list()) {
    return fail("“user” must be a list of [key, value], not " + shown_text(value.json));
  }
  std::string problem;  // none: the list has been validated
  return visit_json(
      value.json, [this](const JsonChild& pair) { return user_pair(pair); }, problem);
}

bool JsonReader::Parser::user_pair(const JsonChild& pair) {
  std::size_t strings = 0;
  const auto visit = [this, &strings](const JsonChild& string) {
    if (++strings > 2) return true;
    if (!property_text("user", string)) return false;
    if (strings == 1) {
      user_key_.swap(*string.text);
    } else {
      own_.add(PropertyId::user_property, user_key_, *string.text);
    }
    return true;
  };
  std::string problem;
  if (pair.is_list() && !visit_json(pair.json, visit, problem)) return false;
  return strings == 2 || fail("each entry of “user” must be a list of a key and a value");
}

// A string that a property may hold [MQTT-1.5.4-2].
bool JsonReader::Parser::property_text(std::string_view name, const JsonChild& value) {
  if (value.text == nullptr) {
    return fail(quoted(name) + " must hold strings, not " + shown_text(value.json));
  }
  if (value.text->size() > max_text) return fail(quoted(name) + " is longer than 65,535 bytes");
  const wire::Fault fault = wire::check_utf8_string(*value.text);
  return fault == wire::Fault::none || fail(quoted(name) + ": " + std::string(wire::text(fault)));
}

bool JsonReader::Parser::integer(std::string_view value, std::uint32_t maximum,
                                 std::uint32_t& number) const {
  const char* const end = value.data() + value.size();
  const auto result = std::from_chars(value.data(), end, number);
  return result.ec == std::errc() && result.ptr == end && number <= maximum;
}

bool JsonReader::Parser::decode_payload() {
  std::string_view bytes = payload_is_text_ ? payload_text_ : payload_json_;
  if (encoding_ == Encoding::json) {
    bytes = payload_json_;
  } else if (encoding_ != Encoding::automatic && !payload_is_text_) {
    const std::string_view name = encoding_ == Encoding::utf8 ? "utf8" : "base64";
    return fail("“payload” must be a string with \"enc\":\"" + std::string(name) + "\", not " +
                shown_text(payload_json_));
  } else if (encoding_ == Encoding::base64) {
    decoded_.clear();
    if (!decode_base64(payload_text_, decoded_)) return fail("“payload” is not valid base64");
    bytes = decoded_;
  }
  if (bytes.size() > wire::max_remaining_length) return fail("“payload” is too long for MQTT");
  message_->payload = wire::as_bytes(bytes);
  return true;
}

void JsonReader::Parser::set_properties() {
  if (own_.empty()) return;
  message_->properties = own_.view();
  if (defaults_.properties.empty()) return;
  merged_.clear();
  for (const wire::Property& property : defaults_.properties) {
    const bool replaced =
        property.id != PropertyId::user_property && own_.view().find(property.id).has_value();
    if (!replaced) merged_.add(property);
  }
  for (const wire::Property& property : own_.view()) merged_.add(property);
  message_->properties = merged_.view();
}

bool JsonReader::Parser::fail(std::string error) {
  error_ = std::move(error);
  return false;
}

JsonReader::JsonReader(const wire::Publish& defaults)
    : parser_(std::make_unique<Parser>(defaults)) {}
JsonReader::JsonReader(JsonReader&& other) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&& other) noexcept = default;
JsonReader::~JsonReader() = default;

bool JsonReader::read(std::string_view line, wire::Publish& message) {
  return parser_->read(line, message);
}

const std::string& JsonReader::error() const noexcept {
  return parser_->error();
}

}  // namespace mqrig::payload
