#include <doctest/doctest.h>

#include <map>
#include <mqrig/net/proxy_environment.hpp>

namespace mqrig::net::tests {
namespace {

struct Environment {
  std::map<std::string, std::string> variables;
  std::string error;

  // The text of the proxy, or "".
  std::string proxy(Scheme scheme, const std::string& host, std::uint16_t port = 1883) {
    const auto found = proxy_from_environment(
        scheme, host, port,
        [this](const char* name) {
          const auto entry = variables.find(name);
          return entry == variables.end() ? nullptr : entry->second.c_str();
        },
        error);
    return found ? found->text() : "";
  }
  bool goes_direct(const std::string& host, std::uint16_t port = 1883) {
    return proxy(Scheme::mqtt, host, port).empty();
  }
};

}  // namespace

TEST_CASE("the variable of the scheme is asked before the one for all") {
  Environment environment{
      {{"http_proxy", "http://h:1"}, {"HTTPS_PROXY", "http://h:2"}, {"ALL_PROXY", "socks5://h:3"}},
      {}};
  CHECK(environment.proxy(Scheme::ws, "b.example") == "http://h:1");
  CHECK(environment.proxy(Scheme::wss, "b.example") == "http://h:2");
  CHECK(environment.proxy(Scheme::mqtt, "b.example") == "socks5://h:3");
  CHECK(environment.proxy(Scheme::mqtts, "b.example") == "socks5://h:3");
  environment.variables = {{"all_proxy", "h:4"}, {"ALL_PROXY", "h:3"}, {"HTTP_PROXY", "h:5"}};
  CHECK(environment.proxy(Scheme::ws, "b.example") == "http://h:4");
  CHECK(environment.proxy(Scheme::wss, "b.example") == "http://h:4");
}

TEST_CASE("a variable that is empty means no proxy") {
  Environment environment{{{"https_proxy", ""}, {"ALL_PROXY", "h:3"}}, {}};
  CHECK(environment.proxy(Scheme::wss, "b.example") == "");
  CHECK(environment.error == "");
}

TEST_CASE("this machine is never reached through a proxy of the environment") {
  Environment environment{{{"ALL_PROXY", "h:3"}}, {}};
  for (const char* host : {"localhost", "b.localhost", "127.0.0.1", "127.9.9.9", "::1"}) {
    CHECK(environment.goes_direct(host));
  }
  CHECK(environment.proxy(Scheme::unix_socket, "") == "");
  CHECK_FALSE(environment.goes_direct("128.0.0.1"));
}

TEST_CASE("the list of exceptions knows names, addresses and networks") {
  Environment environment{{{"ALL_PROXY", "h:3"}}, {}};
  environment.variables["no_proxy"] =
      "a.example, .b.example 192.0.2.7,10.1.0.0/15,2001:db8::/33,[2001:db9::1],c.example:8883 x/y";
  for (const char* host : {"a.example", "A.Example.", "x.a.example", "b.example", "x.b.example",
                           "192.0.2.7", "10.0.255.1", "2001:db8:7fff::1", "2001:db9::1"}) {
    CAPTURE(host);
    CHECK(environment.goes_direct(host));
  }
  for (const char* host : {"xa.example", "example", "192.0.2.8", "10.2.0.1", "2001:db8:8000::1",
                           "2001:db9::2", "c.example"}) {
    CAPTURE(host);
    CHECK_FALSE(environment.goes_direct(host));
  }
  CHECK(environment.goes_direct("c.example", 8883));
  environment.variables["no_proxy"] = "*";
  CHECK(environment.goes_direct("anybody.example"));
  environment.variables.erase("no_proxy");
  environment.variables["NO_PROXY"] = "a.example";
  CHECK(environment.goes_direct("a.example"));
}

TEST_CASE("a variable that is wrong is named, without its password") {
  Environment environment{{{"all_proxy", "ftp://u:secret@h"}}, {}};
  CHECK(environment.proxy(Scheme::mqtt, "b.example") == "");
  CHECK(environment.error ==
        "all_proxy: unknown scheme 'ftp' of a proxy: use http, https, socks5 or socks5h");
}

}  // namespace mqrig::net::tests
