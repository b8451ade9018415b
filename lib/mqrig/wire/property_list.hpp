// Writing of a property length and encoded properties. Internal to this room.
#pragma once

#include <mqrig/wire/property.hpp>
#include <mqrig/wire/writer.hpp>

namespace mqrig::wire {

// Below 5.0 there is no such field.
inline std::size_t property_list_size(Version version, const Properties& properties) noexcept {
  if (version != Version::mqtt_5) return 0;
  const std::size_t length = properties.encoded().size();
  return variable_size(length) + length;
}

inline void write_property_list(Writer& writer, Version version,
                                const Properties& properties) noexcept {
  if (version != Version::mqtt_5) return;
  writer.variable(properties.encoded().size());
  writer.bytes(properties.encoded());
}

}  // namespace mqrig::wire
