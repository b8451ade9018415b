#pragma once

#include <string>
#include <vector>

namespace mqrig::net {

// The numeric addresses of a host as the system's resolver gives them, each once, IPv6 without
// brackets; an address stands for itself. Waits for the resolver, as long as it takes. Empty when
// there are none.
std::vector<std::string> host_addresses(const std::string& host);

}  // namespace mqrig::net
