#include <mqrig/wire/property.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace mqrig::wire;

namespace {

using enum PropertyContext;

const std::vector<PropertyContext> all_contexts{connect,  connack, publish,    puback, pubrec,
                                                pubrel,   pubcomp, subscribe,  suback, unsubscribe,
                                                unsuback, will,    disconnect, auth};

// Table 2-4 of the specification, written down once more: identifier, type, where.
struct Row {
  unsigned id;
  PropertyType type;
  std::vector<PropertyContext> contexts;
};

const std::vector<Row> table{
    {0x01, PropertyType::byte, {publish, will}},
    {0x02, PropertyType::four_byte_integer, {publish, will}},
    {0x03, PropertyType::utf8_string, {publish, will}},
    {0x08, PropertyType::utf8_string, {publish, will}},
    {0x09, PropertyType::binary, {publish, will}},
    {0x0B, PropertyType::variable_byte_integer, {publish, subscribe}},
    {0x11, PropertyType::four_byte_integer, {connect, connack, disconnect}},
    {0x12, PropertyType::utf8_string, {connack}},
    {0x13, PropertyType::two_byte_integer, {connack}},
    {0x15, PropertyType::utf8_string, {connect, connack, auth}},
    {0x16, PropertyType::binary, {connect, connack, auth}},
    {0x17, PropertyType::byte, {connect}},
    {0x18, PropertyType::four_byte_integer, {will}},
    {0x19, PropertyType::byte, {connect}},
    {0x1A, PropertyType::utf8_string, {connack}},
    {0x1C, PropertyType::utf8_string, {connack, disconnect}},
    {0x1F,
     PropertyType::utf8_string,
     {connack, puback, pubrec, pubrel, pubcomp, suback, unsuback, disconnect, auth}},
    {0x21, PropertyType::two_byte_integer, {connect, connack}},
    {0x22, PropertyType::two_byte_integer, {connect, connack}},
    {0x23, PropertyType::two_byte_integer, {publish}},
    {0x24, PropertyType::byte, {connack}},
    {0x25, PropertyType::byte, {connack}},
    {0x26, PropertyType::utf8_string_pair, all_contexts},
    {0x27, PropertyType::four_byte_integer, {connect, connack}},
    {0x28, PropertyType::byte, {connack}},
    {0x29, PropertyType::byte, {connack}},
    {0x2A, PropertyType::byte, {connack}},
};

}  // namespace

TEST_CASE("the table says what table 2-4 of the specification says") {
  const auto rows = property_table();
  REQUIRE(rows.size() == table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    CAPTURE(table[i].id);
    CHECK(static_cast<unsigned>(rows[i].id) == table[i].id);
    CHECK(rows[i].type == table[i].type);
    for (const PropertyContext context : all_contexts) {
      const bool listed =
          std::count(table[i].contexts.begin(), table[i].contexts.end(), context) > 0;
      CHECK(rows[i].allowed_in(context) == listed);
    }
  }
}

TEST_CASE("properties are found by identifier and by name, and nothing else is") {
  for (const PropertySpec& spec : property_table()) {
    CHECK(find_property(static_cast<std::uint32_t>(spec.id)) == &spec);
    CHECK(find_property(spec.name) == &spec);
  }
  std::size_t found = 0;
  for (std::uint32_t id = 0; id < 1000; ++id) found += find_property(id) != nullptr ? 1 : 0;
  CHECK(found == property_table().size());
  CHECK(find_property(0xFFFF'FFFF) == nullptr);
  CHECK(find_property("") == nullptr);
  CHECK(find_property("user_property") == nullptr);
}

TEST_CASE("names are unique and spelled with hyphens") {
  std::set<std::string> names;
  for (const PropertySpec& spec : property_table()) {
    names.insert(std::string(spec.name));
    CHECK(spec.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos);
  }
  CHECK(names.size() == property_table().size());
}

TEST_CASE("only user properties repeat, and subscription identifiers in PUBLISH") {
  for (const PropertySpec& spec : property_table()) {
    for (const PropertyContext context : all_contexts) {
      const bool repeats = spec.id == PropertyId::user_property ||
                           (spec.id == PropertyId::subscription_identifier && context == publish);
      CHECK(spec.repeatable_in(context) == repeats);
    }
  }
}
