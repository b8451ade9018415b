#include <doctest/doctest.h>

#include <mqrig/bridge/broker_name.hpp>

using namespace mqrig;
using bridge::broker_name;
using bridge::SideSettings;

namespace {

SideSettings at(std::string host, std::uint16_t port = 1883) {
  SideSettings side;
  side.client.brokers.emplace_back(std::move(host), port);
  return side;
}

}  // namespace

TEST_CASE("a broker has the name that it is given") {
  SideSettings side = at("example.org");
  side.name = "cloud";
  CHECK(broker_name(side) == "cloud");
}

TEST_CASE("else its address makes one, the same each time and everywhere") {
  const std::string name = broker_name(at("example.org"));
  CHECK(name.size() == 16);
  CHECK(name.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(name == broker_name(at("example.org")));
  CHECK(name != broker_name(at("example.org", 1884)));
  CHECK(name != broker_name(at("example.com")));
  CHECK(name == broker_name(at("example.org"), "another machine"));
  CHECK(broker_name(at("10.1.2.3"), "one") == broker_name(at("10.1.2.3"), "other"));
}

TEST_CASE("an address that each machine has for itself names another broker on each") {
  SideSettings socket;
  socket.client.brokers.emplace_back().unix_path = "/run/broker.sock";
  for (const SideSettings& side : {at("localhost"), at("127.0.0.2"), at("::1"), socket}) {
    CHECK(broker_name(side, "one") == broker_name(side, "one"));
    CHECK(broker_name(side, "one") != broker_name(side, "other"));
  }
}

TEST_CASE("this machine has one name, however it is called") {
  CHECK(broker_name(at("localhost")) == broker_name(at("127.0.0.1")));
  CHECK(broker_name(at("localhost")) == broker_name(at("::1")));
  CHECK(broker_name(at("localhost")) == broker_name(SideSettings()));
  CHECK(broker_name(at("localhost")) != broker_name(at("127.0.0.2")));
  SideSettings socket;
  socket.client.brokers.emplace_back().unix_path = "/run/broker.sock";
  CHECK(broker_name(socket) != broker_name(SideSettings()));
}
