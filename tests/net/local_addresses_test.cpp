#include <doctest/doctest.h>

#include <algorithm>
#include <mqrig/net/error.hpp>
#include <mqrig/net/local_addresses.hpp>
#include <ostream>

namespace mqrig::net::tests {

TEST_CASE("a bind address stands for itself, an interface for its addresses") {
  CHECK(local_addresses("192.0.2.1") == std::vector<std::string>{"192.0.2.1"});
  CHECK(local_addresses("2001:DB8::0:1") == std::vector<std::string>{"2001:db8::1"});
  const auto of_loopback = local_addresses("lo");
  CHECK(std::count(of_loopback.begin(), of_loopback.end(), "127.0.0.1") == 1);
  CHECK(local_addresses("no-such-interface").empty());
}

TEST_CASE("whether a socket could be bound to an address can be tried") {
  CHECK_FALSE(try_bind("127.0.0.1"));
  CHECK_FALSE(try_bind("127.200.3.4"));
  CHECK(try_bind("192.0.2.1") == std::errc::address_not_available);
  CHECK(try_bind("lo") == Error::bad_bind_address);
}

}  // namespace mqrig::net::tests
