#pragma once

#include <string>
#include <system_error>
#include <vector>

namespace mqrig::net {

// The numeric addresses that a bind address names, IPv6 without brackets: the address itself,
// whoever has it, or all those of an interface of this machine, IPv6 ones for the link only
// ("fe80::1%eth0") last. Empty if it is neither.
std::vector<std::string> local_addresses(const std::string& bind_address);

// Why no socket of this machine can be bound to this numeric address, such as
// std::errc::address_not_available: no error when one can. Error::bad_bind_address if it is none.
std::error_code try_bind(const std::string& address);

}  // namespace mqrig::net
