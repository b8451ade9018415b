#include <doctest/doctest.h>

#include <mqrig/net/host_override.hpp>

#include "tests/net/connecting.hpp"

namespace mqrig::net::tests {
namespace {

HostOverride parsed(const std::string& text) {
  std::string error;
  const auto entry = parse_host_override(text, error);
  CHECK(error == "");
  REQUIRE(entry);
  return *entry;
}

std::string fault(const std::string& text) {
  std::string error;
  CHECK_FALSE(parse_host_override(text, error));
  return error;
}

}  // namespace

TEST_CASE("an override is a host, a port and addresses") {
  const HostOverride entry = parsed("broker.example:8883:192.0.2.1,2001:db8::1,[2001:db8::2]");
  CHECK(entry.host == "broker.example");
  CHECK(entry.port == 8883);
  CHECK(entry.addresses == std::vector<std::string>{"192.0.2.1", "2001:db8::1", "2001:db8::2"});
  CHECK(parsed("[::1]:1:192.0.2.1").host == "::1");
  CHECK(parsed("h:*:192.0.2.1").port == 0);
  CHECK(parsed("*:1883:::1").host == "*");
  CHECK(parsed("*:1883:::1").addresses == std::vector<std::string>{"::1"});
}

TEST_CASE("what is no override is told apart") {
  CHECK(fault("broker") == "'broker' is not HOST:PORT:ADDRESS[,ADDRESS...]");
  CHECK(fault("broker:1883") == "'broker:1883' is not HOST:PORT:ADDRESS[,ADDRESS...]");
  CHECK(fault("[::1:1883:127.0.0.1") ==
        "'[::1:1883:127.0.0.1' is not HOST:PORT:ADDRESS[,ADDRESS...]");
  CHECK(fault(":1883:127.0.0.1") == "the host is missing");
  CHECK(fault("h:0:127.0.0.1") == "the port '0' is not a number from 1 to 65535");
  CHECK(fault("h::127.0.0.1") == "the port after ':' is missing");
  CHECK(fault("h:1:") == "'' is no IPv4 or IPv6 address");
  CHECK(fault("h:1:localhost") == "'localhost' is no IPv4 or IPv6 address");
  CHECK(fault("h:1:127.0.0.1,") == "'' is no IPv4 or IPv6 address");
}

TEST_CASE("an override holds for its host and port, and any where none is named") {
  const std::vector<HostOverride> overrides{
      parsed("*:*:192.0.2.1"), parsed("A.example:1:192.0.2.2"), parsed("a.example:*:192.0.2.3")};
  CHECK(find_override(overrides, "a.EXAMPLE.", 1) == &overrides[1]);
  CHECK(find_override(overrides, "a.example", 2) == &overrides[2]);
  CHECK(find_override(overrides, "b.example", 1) == &overrides[0]);
  CHECK(find_override({}, "b.example", 1) == nullptr);
}

TEST_CASE_FIXTURE(ConnectFixture, "an overridden name is never looked up") {
  ConnectOptions options("no-such-name.invalid", listener.port());
  options.transport.overrides = {parsed("no-such-name.invalid:*:127.0.0.1")};
  begin(options);
  wait();
  REQUIRE(outcome.stream);
  CHECK(outcome.stream->description() == "tcp 127.0.0.1:" + port());
}

TEST_CASE_FIXTURE(ConnectFixture, "the addresses of an override are tried in turn") {
  ConnectOptions options("broker.example", listener.port());
  options.transport.overrides = {parsed("broker.example:" + port() + ":127.0.0.2,127.0.0.1")};
  begin(options);
  wait();
  CHECK(outcome.stream);
  listener.close();
  outcome = {};
  connector.start(options, outcome.record());
  wait();
  CHECK(connector.detail() == "127.0.0.2:" + port() + ": Connection refused; 127.0.0.1:" + port() +
                                  ": Connection refused");
}

}  // namespace mqrig::net::tests
