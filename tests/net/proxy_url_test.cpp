#include <doctest/doctest.h>

#include <mqrig/net/proxy_url.hpp>

namespace mqrig::net::tests {
namespace {

Proxy parsed(std::string_view text) {
  std::string error;
  const auto proxy = parse_proxy_url(text, error);
  CHECK(error == "");
  REQUIRE(proxy);
  return *proxy;
}

std::string fault(std::string_view text) {
  std::string error;
  CHECK_FALSE(parse_proxy_url(text, error));
  CHECK(error.find("secret") == error.npos);
  return error;
}

}  // namespace

TEST_CASE("a proxy's URL says how, where and as whom") {
  const Proxy proxy = parsed("socks5://us%3Aer:p%40ss@proxy.example:9050/");
  CHECK(proxy.kind == Proxy::Kind::socks5);
  CHECK(proxy.host == "proxy.example");
  CHECK(proxy.port == 9050);
  CHECK(proxy.username == "us:er");
  CHECK(proxy.password == "p@ss");
  CHECK(proxy.text() == "socks5://proxy.example:9050");
  CHECK(parsed("http://user@h").username == "user");
}

TEST_CASE("the port of a proxy is curl's where none is given") {
  CHECK(parsed("http://h").text() == "http://h:1080");
  CHECK(parsed("HTTPS://h").text() == "https://h:443");
  CHECK(parsed("socks5h://[::1]").text() == "socks5h://[::1]:1080");
  CHECK(parsed("h:3128").text() == "http://h:3128");
}

TEST_CASE("what a proxy's URL cannot mean is an error that repeats no credentials") {
  CHECK(fault("socks4://h") ==
        "unknown scheme 'socks4' of a proxy: use http, https, socks5 or socks5h");
  CHECK(fault("user:secret@h://x") ==
        "unknown scheme of a proxy: use http, https, socks5 or socks5h");
  CHECK(fault("http://") == "the host is missing");
  CHECK(fault("http://h:0") == "the port '0' is not a number from 1 to 65535");
  CHECK(fault("http://::1") == "an IPv6 address stands in brackets: [::1]");
  CHECK(fault("http://h/path") == "a proxy's URL ends with its host and port");
  CHECK(fault("http://:secret@h") == "the user name of the proxy is missing before '@'");
  CHECK(fault("http://u:sec/ret@h").starts_with("in a user name or password, '/' is written %2F"));
  CHECK(fault("http://u:%zsecret@h").find("two hexadecimal digits") != std::string::npos);
  CHECK(fault("http://u%3Ax:secret@h") ==
        "a user name with ':' in it cannot be sent to an HTTP proxy");
  CHECK(fault("socks5://u:" + std::string(256, 'x') + "@h").find("255 bytes") != std::string::npos);
}

}  // namespace mqrig::net::tests
