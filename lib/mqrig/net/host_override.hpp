#pragma once

#include <mqrig/net/transport.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::net {

// Reads "HOST:PORT:ADDRESS[,ADDRESS...]" as curl's --resolve has it: the addresses are numeric,
// IPv6 with or without brackets; the host may be "*", which is any without an override of its own,
// and the port too. Null, and `error` a clause for the person, when it is something else.
std::optional<HostOverride> parse_host_override(std::string_view text, std::string& error);

// The override that holds for a host and port: one with its name before one for any. Names are
// compared without regard to case and to a final dot. Null if there is none. Valid as long as
// `overrides`.
const HostOverride* find_override(const std::vector<HostOverride>& overrides, std::string_view host,
                                  std::uint16_t port);

}  // namespace mqrig::net
