#pragma once

#include <mqrig/cli/options.hpp>
#include <mqrig/wire/property.hpp>
#include <span>
#include <string_view>

namespace mqrig {

/// A flag of its own for an MQTT 5.0 property, such as --content-type. Its value is text, a number,
/// KEY=VALUE for user properties, or utf8/bytes for the payload format.
struct PropertyFlag {
  std::string_view option;
  wire::PropertyId id;
};

/// The properties of one packet (`packet` is "connect", "publish", "will" … as -D has it): what
/// the flags say, then what -D/--property says. Throws UsageError on a property that does not
/// exist, does not belong to the packet, stands twice, is out of range or is no UTF-8.
wire::PropertyWriter read_properties(const cli::Options& options, std::string_view packet,
                                     wire::PropertyContext context,
                                     std::span<const PropertyFlag> flags);

}  // namespace mqrig
