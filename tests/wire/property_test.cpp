#include <mqrig/wire/property.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tests/wire/bytes.hpp>

using namespace mqrig::wire;
using namespace mqrig::wire::test;

namespace {

constexpr PropertyContext contexts[]{
    PropertyContext::connect,     PropertyContext::connack,   PropertyContext::publish,
    PropertyContext::puback,      PropertyContext::pubrec,    PropertyContext::pubrel,
    PropertyContext::pubcomp,     PropertyContext::subscribe, PropertyContext::suback,
    PropertyContext::unsubscribe, PropertyContext::unsuback,  PropertyContext::will,
    PropertyContext::disconnect,  PropertyContext::auth};

// A valid value for each row of the table.
Property sample(const PropertySpec& spec) {
  Property property;
  property.id = spec.id;
  property.integer = spec.minimum;
  if (spec.type == PropertyType::utf8_string_pair) property.key = "key";
  if (spec.maximum == 0) property.text = "text";
  return property;
}

Fault validate(const Bytes& bytes, PropertyContext context = PropertyContext::publish) {
  return validate_properties(bytes, context);
}

}  // namespace

TEST_CASE("each property is accepted where the table allows it, and refused elsewhere") {
  for (const PropertySpec& spec : property_table()) {
    for (const PropertyContext context : contexts) {
      CAPTURE(spec.name);
      CAPTURE(static_cast<int>(context));
      PropertyWriter writer;
      if (spec.id == PropertyId::authentication_data && spec.allowed_in(context)) {
        writer.add(PropertyId::authentication_method, "method");
      }
      writer.add(sample(spec));
      const Fault fault = validate_properties(writer.view().encoded(), context);
      CHECK(fault == (spec.allowed_in(context) ? Fault::none : Fault::property_not_allowed));
    }
  }
}

TEST_CASE("a property that appears twice is refused, unless it repeats there") {
  for (const PropertySpec& spec : property_table()) {
    for (const PropertyContext context : contexts) {
      if (!spec.allowed_in(context)) continue;
      CAPTURE(spec.name);
      PropertyWriter writer;
      writer.add(sample(spec)).add(PropertyId::user_property, "a", "b").add(sample(spec));
      const Fault fault = validate_properties(writer.view().encoded(), context);
      const bool lonely_data = spec.id == PropertyId::authentication_data;
      CHECK(fault == (spec.repeatable_in(context) ? Fault::none : Fault::property_repeated));
      CHECK((lonely_data ? fault == Fault::property_repeated : true));
    }
  }
}

TEST_CASE("properties come out as they were written") {
  for (const PropertySpec& spec : property_table()) {
    CAPTURE(spec.name);
    std::vector<std::uint32_t> integers{spec.minimum, spec.maximum};
    for (const std::uint32_t integer : integers) {
      Property in = sample(spec);
      if (spec.maximum != 0) in.integer = integer;
      PropertyWriter writer;
      writer.add(in);
      const Properties view = writer.view();
      REQUIRE(view.find(spec.id).has_value());
      const Property out = *view.find(spec.id);
      CHECK(out.id == in.id);
      CHECK(out.integer == in.integer);
      CHECK(out.key == in.key);
      CHECK(out.text == in.text);
      CHECK(++view.begin() == view.end());
    }
  }
}

TEST_CASE("every truncation of every property is a fault") {
  for (const PropertySpec& spec : property_table()) {
    CAPTURE(spec.name);
    PropertyWriter writer;
    writer.add(sample(spec));
    const ByteView whole = writer.view().encoded();
    for (std::size_t size = 1; size < whole.size(); ++size) {
      // An exact allocation, so that reading behind the end shows under a sanitizer.
      const Bytes part(whole.begin(), whole.begin() + std::ptrdiff_t(size));
      for (const PropertyContext context : contexts) {
        if (spec.allowed_in(context)) CHECK(validate_properties(part, context) == Fault::truncated);
      }
    }
  }
}

TEST_CASE("integers outside their range are refused") {
  for (const PropertySpec& spec : property_table()) {
    for (const PropertyContext context : contexts) {
      if (!spec.allowed_in(context) || spec.maximum == 0) continue;
      CAPTURE(spec.name);
      Property property = sample(spec);
      if (spec.minimum > 0) {
        property.integer = spec.minimum - 1;
        PropertyWriter writer;
        writer.add(property);
        CHECK(validate_properties(writer.view().encoded(), context) ==
              (spec.id == PropertyId::topic_alias ? Fault::zero_topic_alias
                                                  : Fault::invalid_property_value));
      }
      if (spec.type == PropertyType::byte) {
        property.integer = spec.maximum + 1;
        PropertyWriter writer;
        writer.add(property);
        CHECK(validate_properties(writer.view().encoded(), context) ==
              Fault::invalid_property_value);
      }
    }
  }
}

TEST_CASE("[MQTT-1.5.5-1] identifiers and subscription identifiers are minimal variable integers") {
  CHECK(validate(hex("0b 01")) == Fault::none);
  CHECK(validate(hex("0b ff ff ff 7f")) == Fault::none);
  CHECK(validate(hex("0b 80 80 01")) == Fault::none);
  CHECK(validate(hex("0b 81 00")) == Fault::malformed_variable_integer);
  CHECK(validate(hex("0b 80 80 80 80 01")) == Fault::malformed_variable_integer);
  CHECK(validate(hex("8b 00 01")) == Fault::malformed_variable_integer);
}

TEST_CASE("undefined identifiers are refused") {
  for (const auto* bytes : {"00 00", "04 00", "2b 00", "7f 00", "80 01 00", "ff ff ff 7f 00"}) {
    CAPTURE(bytes);
    CHECK(validate(hex(bytes)) == Fault::unknown_property);
  }
}

TEST_CASE(
    "[MQTT-1.5.7-1] [MQTT-3.3.2-13] [MQTT-3.3.2-19] strings are checked, keys and values too") {
  const Bytes bad = text("\xC0\x80");
  const Bytes null = text(std::string_view("a\0", 2));
  CHECK(validate(hex("03") + bad) == Fault::invalid_utf8);
  CHECK(validate(hex("03") + null) == Fault::null_character);
  CHECK(validate(hex("08") + bad) == Fault::invalid_utf8);
  CHECK(validate(hex("26") + bad + text("v")) == Fault::invalid_utf8);
  CHECK(validate(hex("26") + text("k") + bad) == Fault::invalid_utf8);
  CHECK(validate(hex("26") + text("k") + null) == Fault::null_character);
  CHECK(validate(hex("26") + text("") + text("")) == Fault::none);
  CHECK(validate(hex("09") + bad) == Fault::none);  // binary data
}

TEST_CASE("[MQTT-3.3.2-14] a response topic holds no wildcard") {
  CHECK(validate(hex("08") + text("reply/to/me")) == Fault::none);
  CHECK(validate(hex("08") + text("reply/+")) == Fault::invalid_topic_name);
  CHECK(validate(hex("08") + text("reply/#"), PropertyContext::will) == Fault::invalid_topic_name);
  CHECK(validate(hex("08") + text("")) == Fault::none);
}

TEST_CASE("authentication data without a method is refused") {
  const Bytes data = hex("16 00 01 78");
  const Bytes method = hex("15 00 01 6d");
  for (const auto context :
       {PropertyContext::connect, PropertyContext::connack, PropertyContext::auth}) {
    CHECK(validate(data, context) == Fault::auth_data_without_method);
    CHECK(validate(data + method, context) == Fault::none);
    CHECK(validate(method, context) == Fault::none);
  }
}

TEST_CASE("[MQTT-3.1.3-10] [MQTT-3.3.2-18] user properties keep their order") {
  PropertyWriter writer;
  for (int i = 0; i < 100; ++i) writer.add(PropertyId::user_property, "k", std::to_string(i));
  int expected = 0;
  for (const Property& property : writer.view()) {
    CHECK(property.text == std::to_string(expected++));
  }
  CHECK(expected == 100);
}

TEST_CASE("lookups give the first of a kind, or nothing") {
  PropertyWriter writer;
  writer.add(PropertyId::subscription_identifier, 7).add(PropertyId::subscription_identifier, 9);
  writer.add(PropertyId::content_type, "text/plain");
  CHECK(writer.view().integer(PropertyId::subscription_identifier) == 7U);
  CHECK(writer.view().text(PropertyId::content_type) == "text/plain");
  CHECK_FALSE(writer.view().integer(PropertyId::topic_alias).has_value());
  CHECK_FALSE(Properties().find(PropertyId::content_type).has_value());
  CHECK(Properties().begin() == Properties().end());
  writer.clear();
  CHECK(writer.empty());
}
