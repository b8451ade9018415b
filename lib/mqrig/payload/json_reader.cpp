#include <charconv>
#include <cstdint>
#include <utility>

#include <mqrig/payload/base64.hpp>
#include <mqrig/payload/json_reader.hpp>
#include <mqrig/payload/json_scanner.hpp>
#include <mqrig/payload/shown_text.hpp>
#include <mqrig/wire/topic.hpp>
#include <mqrig/wire/utf8.hpp>

namespace mqrig::payload {

namespace {

using wire::PropertyId;

constexpr std::size_t max_text = 65'535;  // of a property

bool is_string(std::string_view value) {
  return value.front() == '"';
}
std::string_view inside(std::string_view value) {
  return value.substr(1, value.size() - 2);
}

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
  using Handler = bool (Parser::*)(std::string_view value);
  struct Key {
    std::string_view name;
    Handler handler;
    unsigned bit;  // in seen_
  };
  static const Key message_keys_[];
  static const Key property_keys_[];
  static constexpr unsigned topic_bit = 0, payload_bit = 1;

  bool read_object(std::string_view object, std::span<const Key> keys);
  bool read_member(JsonScanner& scanner, std::span<const Key> keys);

  bool topic(std::string_view value);
  bool payload(std::string_view value);
  bool encoding(std::string_view value);
  bool qos(std::string_view value);
  bool retain(std::string_view value);
  bool properties(std::string_view value);

  bool content_type(std::string_view value);
  bool response_topic(std::string_view value);
  bool correlation_data(std::string_view value);
  bool expiry(std::string_view value);
  bool format(std::string_view value);
  bool user(std::string_view value);

  bool decode_payload();
  bool decode_base64_payload();
  bool user_pair(JsonScanner& scanner);
  bool property_text(std::string_view name, std::string_view value, std::string& storage,
                     std::string_view& text);
  bool integer(std::string_view value, std::uint32_t maximum, std::uint32_t& number) const;
  void set_properties();
  bool fail(std::string error);

  bool seen(unsigned bit) const { return (seen_ >> bit & 1U) != 0; }

  const wire::Publish defaults_;
  wire::Publish* message_ = nullptr;  // during read()
  std::uint32_t seen_ = 0;
  Encoding encoding_ = Encoding::automatic;
  std::string_view payload_value_;
  std::string topic_;
  std::string payload_;
  std::string first_;  // scratch
  std::string second_;
  wire::PropertyWriter own_;     // of the line
  wire::PropertyWriter merged_;  // with those of the defaults
  std::string error_;
};

const JsonReader::Parser::Key JsonReader::Parser::message_keys_[] = {
    {"topic", &Parser::topic, topic_bit}, {"payload", &Parser::payload, payload_bit},
    {"enc", &Parser::encoding, 2},        {"qos", &Parser::qos, 3},
    {"retain", &Parser::retain, 4},       {"props", &Parser::properties, 5},
};

const JsonReader::Parser::Key JsonReader::Parser::property_keys_[] = {
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
  if (!read_object(line, message_keys_)) return false;
  if (message.topic.empty()) return fail("“topic” is missing");
  if (!seen(payload_bit)) return fail("“payload” is missing");
  if (!decode_payload()) return false;
  set_properties();
  return true;
}

// All of `object`, which is the whole line, or a value that has been validated.
bool JsonReader::Parser::read_object(std::string_view object, std::span<const Key> keys) {
  JsonScanner scanner(object);
  bool good = scanner.take('{');
  if (good && !scanner.take_if('}')) {
    do {
      good = read_member(scanner, keys);
    } while (good && scanner.take_if(','));
    good = good && scanner.take('}');
  }
  if (!error_.empty()) return false;
  if (!good) {
    return fail("not a JSON object: " + std::string(scanner.problem()) + " at byte " +
                std::to_string(scanner.position() + 1));
  }
  return scanner.at_end() || fail("more text follows behind the JSON object");
}

bool JsonReader::Parser::read_member(JsonScanner& scanner, std::span<const Key> keys) {
  std::string_view name;
  std::string_view value;
  if (!scanner.string(name) || !scanner.take(':') || !scanner.value(value)) return false;
  name = unescape(name, first_);
  for (const Key& key : keys) {
    if (key.name != name) continue;
    if (seen(key.bit)) return fail(quoted(name) + " appears twice");
    seen_ |= 1U << key.bit;
    return (this->*key.handler)(value);
  }
  return true;
}

bool JsonReader::Parser::topic(std::string_view value) {
  if (!is_string(value)) return fail("“topic” must be a string, not " + shown_text(value));
  message_->topic = unescape(inside(value), topic_);
  const wire::TopicError error = wire::check_topic_name(message_->topic);
  if (error == wire::TopicError::none) return true;
  return fail("“topic” " + shown_text(value) +
              " cannot be published to: " + std::string(wire::text(error)));
}

bool JsonReader::Parser::payload(std::string_view value) {
  payload_value_ = value;
  return true;
}

bool JsonReader::Parser::encoding(std::string_view value) {
  if (value == "\"utf8\"") {
    encoding_ = Encoding::utf8;
  } else if (value == "\"base64\"") {
    encoding_ = Encoding::base64;
  } else if (value == "\"json\"") {
    encoding_ = Encoding::json;
  } else {
    return fail("“enc” must be \"utf8\", \"base64\" or \"json\", not " + shown_text(value));
  }
  return true;
}

bool JsonReader::Parser::qos(std::string_view value) {
  std::uint32_t number = 0;
  if (!integer(value, 2, number)) return fail("“qos” must be 0, 1 or 2, not " + shown_text(value));
  message_->qos = static_cast<wire::QoS>(number);
  return true;
}

bool JsonReader::Parser::retain(std::string_view value) {
  const bool yes = value == "true" || value == "1";
  if (!yes && value != "false" && value != "0") {
    return fail("“retain” must be true or false, not " + shown_text(value));
  }
  message_->retain = yes;
  return true;
}

bool JsonReader::Parser::properties(std::string_view value) {
  if (value.front() != '{') return fail("“props” must be an object, not " + shown_text(value));
  return read_object(value, property_keys_);
}

bool JsonReader::Parser::content_type(std::string_view value) {
  std::string_view text;
  if (!property_text("content_type", value, first_, text)) return false;
  own_.add(PropertyId::content_type, text);
  return true;
}

bool JsonReader::Parser::response_topic(std::string_view value) {
  std::string_view text;
  if (!property_text("response_topic", value, first_, text)) return false;
  const wire::TopicError error = wire::check_topic_name(text);
  if (error != wire::TopicError::none) {
    return fail("“response_topic” " + shown_text(value) +
                " cannot be published to: " + std::string(wire::text(error)));
  }
  own_.add(PropertyId::response_topic, text);
  return true;
}

bool JsonReader::Parser::correlation_data(std::string_view value) {
  second_.clear();
  if (!is_string(value) || !decode_base64(unescape(inside(value), first_), second_)) {
    return fail("“correlation_data” must be a base64 string, not " + shown_text(value));
  }
  if (second_.size() > max_text) return fail("“correlation_data” is longer than 65,535 bytes");
  own_.add(PropertyId::correlation_data, second_);
  return true;
}

bool JsonReader::Parser::expiry(std::string_view value) {
  std::uint32_t number = 0;
  if (!integer(value, 0xFFFF'FFFF, number)) {
    return fail("“expiry” must be a number of seconds from 0 to 4294967295, not " +
                shown_text(value));
  }
  own_.add(PropertyId::message_expiry_interval, number);
  return true;
}

bool JsonReader::Parser::format(std::string_view value) {
  std::uint32_t number = 0;
  if (!integer(value, 1, number)) return fail("“format” must be 0 or 1, not " + shown_text(value));
  own_.add(PropertyId::payload_format_indicator, number);
  return true;
}

bool JsonReader::Parser::user(std::string_view value) {
  JsonScanner scanner(value);
  if (!scanner.take('['))
    return fail("“user” must be a list of [key, value], not " + shown_text(value));
  if (scanner.take_if(']')) return true;
  do {
    if (!user_pair(scanner)) return false;
  } while (scanner.take_if(','));
  return true;
}

bool JsonReader::Parser::user_pair(JsonScanner& scanner) {
  std::string_view key;
  std::string_view value;
  const bool pair = scanner.take('[') && scanner.value(key) && scanner.take(',') &&
                    scanner.value(value) && scanner.take(']');
  if (!pair) return fail("each entry of “user” must be a list of a key and a value");
  if (!property_text("user", key, first_, key) || !property_text("user", value, second_, value)) {
    return false;
  }
  own_.add(PropertyId::user_property, key, value);
  return true;
}

// A string that a property may hold [MQTT-1.5.4-2].
bool JsonReader::Parser::property_text(std::string_view name, std::string_view value,
                                       std::string& storage, std::string_view& text) {
  if (!is_string(value)) return fail(quoted(name) + " must hold strings, not " + shown_text(value));
  text = unescape(inside(value), storage);
  if (text.size() > max_text) return fail(quoted(name) + " is longer than 65,535 bytes");
  const wire::Fault fault = wire::check_utf8_string(text);
  return fault == wire::Fault::none || fail(quoted(name) + ": " + std::string(wire::text(fault)));
}

bool JsonReader::Parser::integer(std::string_view value, std::uint32_t maximum,
                                 std::uint32_t& number) const {
  const char* const end = value.data() + value.size();
  const auto result = std::from_chars(value.data(), end, number);
  return result.ec == std::errc() && result.ptr == end && number <= maximum;
}

bool JsonReader::Parser::decode_payload() {
  std::string_view text = payload_value_;
  const bool string = is_string(text);
  if (encoding_ == Encoding::base64) return decode_base64_payload();
  if (encoding_ == Encoding::utf8 && !string) {
    return fail("“payload” must be a string with \"enc\":\"utf8\", not " + shown_text(text));
  }
  if (encoding_ != Encoding::json && string) text = unescape(inside(text), payload_);
  if (text.size() > wire::max_remaining_length) return fail("“payload” is too long for MQTT");
  message_->payload = wire::as_bytes(text);
  return true;
}

bool JsonReader::Parser::decode_base64_payload() {
  if (!is_string(payload_value_)) {
    return fail("“payload” must be a string with \"enc\":\"base64\", not " +
                shown_text(payload_value_));
  }
  payload_.clear();
  if (!decode_base64(unescape(inside(payload_value_), first_), payload_)) {
    return fail("“payload” is not valid base64");
  }
  if (payload_.size() > wire::max_remaining_length) return fail("“payload” is too long for MQTT");
  message_->payload = wire::as_bytes(payload_);
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
