// Reading of encoded properties. Internal to this room.
#pragma once

#include <mqrig/wire/property.hpp>
#include <mqrig/wire/reader.hpp>

namespace mqrig::wire {

namespace detail {

// The general case of read_property_list().
Fault read_properties(Reader& reader, PropertyContext context, Properties& properties,
                      std::uint16_t& topic_alias) noexcept;

}  // namespace detail

// Reads the property length and as many bytes, validates them (see validate_properties()), and
// gives a view of them. A topic alias among them is copied out, else the alias is 0.
inline Fault read_property_list(Reader& reader, PropertyContext context, Properties& properties,
                                std::uint16_t& topic_alias) noexcept {
  // Most packets have none. The copy lets the caller's cursor live in registers.
  if (reader.skip_zero()) {
    properties = Properties();
    topic_alias = 0;
    return Fault::none;
  }
  Reader copy = reader;
  const Fault fault = detail::read_properties(copy, context, properties, topic_alias);
  reader = copy;
  return fault;
}

inline Fault read_property_list(Reader& reader, PropertyContext context,
                                Properties& properties) noexcept {
  std::uint16_t topic_alias = 0;
  return read_property_list(reader, context, properties, topic_alias);
}

// The same for versions that may have no properties at all: below 5.0 nothing is read.
inline Fault read_property_list(Reader& reader, Version version, PropertyContext context,
                                Properties& properties) noexcept {
  properties = Properties();
  if (version != Version::mqtt_5) return Fault::none;
  return read_property_list(reader, context, properties);
}

}  // namespace mqrig::wire
