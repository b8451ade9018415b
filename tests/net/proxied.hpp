#pragma once

#include <string>
#include <string_view>

#include "tests/net/connecting.hpp"

namespace mqrig::net::tests {

// A connector that has the listener as its proxy.
struct ProxyFixture : ConnectFixture {
  ConnectOptions through(Proxy::Kind kind, const std::string& host, std::uint16_t target_port) {
    ConnectOptions options(host, target_port);
    options.transport.proxy.emplace();
    options.transport.proxy->kind = kind;
    options.transport.proxy->host = "127.0.0.1";
    options.transport.proxy->port = listener.port();
    return options;
  }
  static ConnectOptions with_login(ConnectOptions options) {
    options.transport.proxy->username = "anna";
    options.transport.proxy->password = "s3cret";
    return options;
  }

  // The reason, of a detail that names the proxy and repeats no password.
  std::string reason() {
    wait();
    const std::string& detail = connector.detail();
    CHECK(detail.find("s3cret") == detail.npos);
    const std::string start = ":" + port() + ": ";
    CHECK(detail.starts_with("proxy "));
    const std::size_t at = detail.find(start);
    REQUIRE(at != detail.npos);
    return detail.substr(at + start.size());
  }
};

}  // namespace mqrig::net::tests
