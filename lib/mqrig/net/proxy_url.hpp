#pragma once

#include <mqrig/net/transport.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig::net {

// Reads a proxy's URL, "scheme://user:password@host:port", with its user name and password
// percent-decoded. The schemes:
//   http      the method CONNECT of HTTP; also meant by a URL without a scheme
//   https     the same over TLS, which the caller has to set up: Proxy::tls is null
//   socks5    SOCKS5; names are looked up here
//   socks5h   SOCKS5; names are looked up by the proxy
// The port is 1080 where none is given, as curl has it, and 443 for https.
//
// Null, and `error` a clause for the person, when it is something else; never repeats the user name
// or password.
std::optional<Proxy> parse_proxy_url(std::string_view text, std::string& error);

}  // namespace mqrig::net
