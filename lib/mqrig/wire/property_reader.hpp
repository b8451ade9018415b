// Reading of encoded properties. Internal to this room.
#pragma once

#include <mqrig/wire/property.hpp>
#include <mqrig/wire/reader.hpp>

namespace mqrig::wire {

// Reads the property length and as many bytes, validates them (see validate_properties()), and
// returns a view of them.
Fault read_property_list(Reader& reader, PropertyContext context, Properties& properties) noexcept;

// The same for versions that may have no properties at all: below 5.0 nothing is read.
inline Fault read_property_list(Reader& reader, Version version, PropertyContext context,
                                Properties& properties) noexcept {
  properties = Properties();
  if (version != Version::mqtt_5) return Fault::none;
  return read_property_list(reader, context, properties);
}

}  // namespace mqrig::wire
