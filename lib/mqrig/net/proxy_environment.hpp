#pragma once

#include <cstdint>
#include <functional>
#include <mqrig/net/transport.hpp>
#include <mqrig/net/url.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig::net {

// The proxy that the usual environment variables name for a broker, as curl reads them:
//   ws             http_proxy, in small letters only: what a web server makes of a header "Proxy"
//                  is called HTTP_PROXY
//   wss            https_proxy, HTTPS_PROXY
//   all schemes    all_proxy, ALL_PROXY, where none of the above is set
//   no_proxy, NO_PROXY
//                  who is reached without: a list, with commas or spaces, of names (which stand for
//                  all below them too, with or without a leading dot), addresses and networks such
//                  as 10.0.0.0/8, each with a :port if that alone is meant; or "*", everybody
// One that is set and empty means no proxy. Loopback addresses, "localhost" and Unix sockets never
// have one.
//
// `lookup` is getenv(3) or like it. Null without a proxy, and with an `error`: which variable is
// wrong, and why, without its user name and password. Of an https proxy, see parse_proxy_url().
using EnvironmentLookup = std::function<const char*(const char* name)>;
std::optional<Proxy> proxy_from_environment(Scheme scheme, const std::string& host,
                                            std::uint16_t port, const EnvironmentLookup& lookup,
                                            std::string& error);

// Whether a list such as that of no_proxy names the host with that port.
bool no_proxy_names(std::string_view list, const std::string& host, std::uint16_t port);

}  // namespace mqrig::net
