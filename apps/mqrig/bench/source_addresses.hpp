#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mqrig::bench {

/// The addresses and interfaces of a list such as "127.0.0.2-127.0.0.20,eth1,::1", ranges taken
/// apart, appended to `into`. Empty, or what is wrong, for the person. Whether the machine has
/// them shows when connecting.
std::string parse_source_addresses(std::string_view list, std::vector<std::string>& into);

}  // namespace mqrig::bench
