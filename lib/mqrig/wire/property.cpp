#include <mqrig/wire/property.hpp>

#include <mqrig/wire/property_reader.hpp>
#include <mqrig/wire/topic.hpp>
#include <mqrig/wire/utf8.hpp>
#include <mqrig/wire/writer.hpp>

namespace mqrig::wire {

namespace {

// An integer of the width that the type has on the wire.
Fault read_integer(Reader& reader, PropertyType type, std::uint32_t& value) {
  if (type == PropertyType::variable_byte_integer) return reader.variable(value);
  if (type == PropertyType::four_byte_integer) {
    return reader.four_bytes(value) ? Fault::none : Fault::truncated;
  }
  if (type == PropertyType::two_byte_integer) {
    std::uint16_t wide = 0;
    if (!reader.two_bytes(wide)) return Fault::truncated;
    value = wide;
    return Fault::none;
  }
  std::uint8_t narrow = 0;
  if (!reader.byte(narrow)) return Fault::truncated;
  value = narrow;
  return Fault::none;
}

// Reads one property as far as its form goes; its content is not looked at.
Fault read_property(Reader& reader, const PropertySpec*& spec, Property& property) {
  std::uint32_t id = 0;
  if (const Fault fault = reader.variable(id); fault != Fault::none) return fault;
  spec = find_property(id);
  if (spec == nullptr) return Fault::unknown_property;
  property = Property{.id = spec->id, .integer = 0, .key = {}, .text = {}};
  switch (spec->type) {
    case PropertyType::utf8_string_pair:
      if (!reader.text(property.key)) return Fault::truncated;
      [[fallthrough]];
    case PropertyType::utf8_string:
    case PropertyType::binary:
      return reader.text(property.text) ? Fault::none : Fault::truncated;
    default:
      return read_integer(reader, spec->type, property.integer);
  }
}

Fault check_content(const PropertySpec& spec, const Property& property) {
  switch (spec.type) {
    case PropertyType::binary:
      return Fault::none;
    case PropertyType::utf8_string_pair:
      if (const Fault fault = check_utf8_string(property.key); fault != Fault::none) return fault;
      return check_utf8_string(property.text);
    case PropertyType::utf8_string:
      // An empty response topic is of no use, and harmless.
      if (spec.id == PropertyId::response_topic &&
          check_topic_name(property.text) == TopicError::wildcard_in_name) {
        return Fault::invalid_topic_name;  // [MQTT-3.3.2-14]
      }
      return check_utf8_string(property.text);
    default:
      if (property.integer >= spec.minimum && property.integer <= spec.maximum) return Fault::none;
      return spec.id == PropertyId::topic_alias ? Fault::zero_topic_alias
                                                : Fault::invalid_property_value;
  }
}

constexpr std::uint64_t bit(PropertyId id) noexcept {
  return std::uint64_t{1} << static_cast<unsigned>(id);
}

std::size_t encoded_size(PropertyType type, const Property& property) {
  switch (type) {
    case PropertyType::byte:
      return 1;
    case PropertyType::two_byte_integer:
      return 2;
    case PropertyType::four_byte_integer:
      return 4;
    case PropertyType::variable_byte_integer:
      return variable_size(property.integer);
    case PropertyType::utf8_string_pair:
      return 4 + property.key.size() + property.text.size();
    default:
      return 2 + property.text.size();
  }
}

void write_value(Writer& writer, PropertyType type, const Property& property) {
  switch (type) {
    case PropertyType::byte:
      writer.byte(static_cast<std::uint8_t>(property.integer));
      break;
    case PropertyType::two_byte_integer:
      writer.two_bytes(static_cast<std::uint16_t>(property.integer));
      break;
    case PropertyType::four_byte_integer:
      writer.four_bytes(property.integer);
      break;
    case PropertyType::variable_byte_integer:
      writer.variable(property.integer);
      break;
    case PropertyType::utf8_string_pair:
      writer.text(property.key);
      [[fallthrough]];
    default:
      writer.text(property.text);
  }
}

}  // namespace

void Properties::Iterator::read() noexcept {
  next_ = rest_.last(0);
  if (rest_.empty()) return;
  Reader reader(rest_);
  const PropertySpec* spec = nullptr;
  if (read_property(reader, spec, property_) == Fault::none) next_ = reader.rest();
}

std::optional<Property> Properties::find(PropertyId id) const noexcept {
  for (const Property& property : *this) {
    if (property.id == id) return property;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> Properties::integer(PropertyId id) const noexcept {
  const auto property = find(id);
  return property ? std::optional(property->integer) : std::nullopt;
}

std::optional<std::string_view> Properties::text(PropertyId id) const noexcept {
  const auto property = find(id);
  return property ? std::optional(property->text) : std::nullopt;
}

namespace {

Fault validate(ByteView encoded, PropertyContext context, std::uint16_t& topic_alias) {
  Reader reader(encoded);
  std::uint64_t seen = 0;
  while (!reader.at_end()) {
    const PropertySpec* spec = nullptr;
    Property property;
    if (const Fault fault = read_property(reader, spec, property); fault != Fault::none) {
      return fault;
    }
    if (!spec->allowed_in(context)) return Fault::property_not_allowed;
    if ((seen & bit(spec->id)) != 0 && !spec->repeatable_in(context)) {
      return Fault::property_repeated;
    }
    seen |= bit(spec->id);
    if (const Fault fault = check_content(*spec, property); fault != Fault::none) return fault;
    if (spec->id == PropertyId::topic_alias) {
      topic_alias = static_cast<std::uint16_t>(property.integer);
    }
  }
  const bool data_alone =
      (seen & (bit(PropertyId::authentication_data) | bit(PropertyId::authentication_method))) ==
      bit(PropertyId::authentication_data);
  return data_alone ? Fault::auth_data_without_method : Fault::none;
}

}  // namespace

Fault validate_properties(ByteView encoded, PropertyContext context) noexcept {
  std::uint16_t topic_alias = 0;
  return validate(encoded, context, topic_alias);
}

Fault detail::read_properties(Reader& reader, PropertyContext context, Properties& properties,
                              std::uint16_t& topic_alias) noexcept {
  topic_alias = 0;
  std::uint32_t length = 0;
  if (const Fault fault = reader.variable(length); fault != Fault::none) return fault;
  ByteView encoded;
  if (!reader.bytes(length, encoded)) return Fault::truncated;
  properties = Properties(encoded);
  return validate(encoded, context, topic_alias);
}

PropertyWriter& PropertyWriter::add(PropertyId id, std::uint32_t integer) {
  return add(Property{.id = id, .integer = integer, .key = {}, .text = {}});
}

PropertyWriter& PropertyWriter::add(PropertyId id, std::string_view text) {
  return add(Property{.id = id, .integer = 0, .key = {}, .text = text});
}

PropertyWriter& PropertyWriter::add(PropertyId id, std::string_view key, std::string_view value) {
  return add(Property{.id = id, .integer = 0, .key = key, .text = value});
}

PropertyWriter& PropertyWriter::add(const Property& property) {
  const PropertySpec* spec = find_property(static_cast<std::uint32_t>(property.id));
  if (spec == nullptr) return *this;
  const std::size_t size = 1 + encoded_size(spec->type, property);
  Writer writer(buffer_.prepare(size));
  writer.byte(static_cast<std::uint8_t>(property.id));
  write_value(writer, spec->type, property);
  buffer_.commit(size);
  return *this;
}

}  // namespace mqrig::wire
