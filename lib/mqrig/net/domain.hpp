#pragma once

#include <string_view>

namespace mqrig::net {

// Whether a host name is that of a domain or below it, without regard to case, to a dot before the
// domain, and to final dots. Nothing is in a domain without a name. Private to this room.
bool in_domain(std::string_view host, std::string_view domain);

}  // namespace mqrig::net
