// The addresses of this machine that clients connect from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::load {

enum class AddressFamily : std::uint8_t { any, ipv4, ipv6 };

struct SourceAddresses {
  static constexpr std::size_t most = 65'536;

  std::vector<std::string> addresses;  // numeric, as typed in order; IPv6 without brackets
  std::string error;                   // empty, or a clause: what is wrong, and how it should look
};

// Reads what --bind takes, elements separated by commas: an address ("10.0.0.5", "fe80::1%eth0"), a
// range with both its ends ("127.0.0.2-127.0.0.20"), an interface ("eth0"), whose addresses are
// meant. `family` is that of the broker: other addresses are an error, those of interfaces are left
// out; with `any` an interface stands for its IPv4 addresses, or else for those of IPv6, and all
// elements must be of one family. IPv6 addresses for the link only are taken from an interface when
// it has no others.
//
// An address that comes twice is taken once. Asks for the interfaces of this machine when one is
// named.
SourceAddresses parse_source_addresses(std::string_view list,
                                       AddressFamily family = AddressFamily::any);

// As many addresses of 127.0.0.0/8 from 127.0.0.2 on: every one is this machine. At most `most`.
std::vector<std::string> loopback_addresses(std::uint32_t count);

// Empty, or the first address that no socket can be bound to, and why: a clause.
std::string unusable_address(const std::vector<std::string>& addresses);

}  // namespace mqrig::load
