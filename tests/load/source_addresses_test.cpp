#include <doctest/doctest.h>

#include <mqrig/load/source_addresses.hpp>

namespace mqrig::load::tests {
namespace {

using Addresses = std::vector<std::string>;

std::string fault(std::string_view list, AddressFamily family = AddressFamily::any) {
  const SourceAddresses parsed = parse_source_addresses(list, family);
  CHECK(parsed.addresses.empty());
  return parsed.error;
}

}  // namespace

TEST_CASE("addresses, ranges and interfaces may be listed together") {
  const auto parsed = parse_source_addresses("10.0.0.5,127.0.0.254-127.0.1.1,lo");
  CHECK(parsed.error == "");
  CHECK(parsed.addresses ==
        Addresses{"10.0.0.5", "127.0.0.254", "127.0.0.255", "127.0.1.0", "127.0.1.1", "127.0.0.1"});
}

TEST_CASE("IPv6 ranges carry over, and write addresses the short way") {
  const auto parsed = parse_source_addresses("2001:db8::fffe-2001:db8::1:1,::1");
  CHECK(parsed.error == "");
  CHECK(parsed.addresses ==
        Addresses{"2001:db8::fffe", "2001:db8::ffff", "2001:db8::1:0", "2001:db8::1:1", "::1"});
}

TEST_CASE("a range may be one address, and an address that comes twice is taken once") {
  CHECK(parse_source_addresses("10.0.0.5-10.0.0.5").addresses == Addresses{"10.0.0.5"});
  CHECK(parse_source_addresses("255.255.255.255-255.255.255.255").addresses.size() == 1);
  CHECK(parse_source_addresses("10.0.0.5,10.0.0.4-10.0.0.6").addresses ==
        Addresses{"10.0.0.5", "10.0.0.4", "10.0.0.6"});
}

TEST_CASE("an interface stands for its addresses of the broker's family") {
  CHECK(parse_source_addresses("lo").addresses == Addresses{"127.0.0.1"});
  CHECK(parse_source_addresses("lo", AddressFamily::ipv4).addresses == Addresses{"127.0.0.1"});
}

TEST_CASE("families do not mix") {
  CHECK(fault("10.0.0.1,::1") ==
        "'::1' is not of the family IPv4, as the broker or the addresses before it are");
  CHECK(fault("10.0.0.1", AddressFamily::ipv6) ==
        "'10.0.0.1' is not of the family IPv6, as the broker or the addresses before it are");
  CHECK(fault("10.0.0.1-::1") == "'10.0.0.1-::1' begins and ends in different families");
}

TEST_CASE("what is no address is said with what would be one") {
  const std::string accepted =
      "it takes addresses such as 10.0.0.5, ranges such as 127.0.0.2-127.0.0.20 and interfaces "
      "such "
      "as eth0, separated by commas";
  CHECK(fault("") == "an address is missing: " + accepted);
  CHECK(fault("10.0.0.1,") == "an address is missing: " + accepted);
  for (const char* text : {"10.0.0.256", "no-such-interface", "127.0.0.2-20", " 10.0.0.1", "-"}) {
    CHECK(fault(text) == "'" + std::string(text) +
                             "' is neither an address nor an interface with one: " + accepted);
  }
  CHECK(fault("10.0.0.9-10.0.0.2") == "'10.0.0.9-10.0.0.2' ends before it begins");
}

TEST_CASE("65,536 addresses are taken, and not one more") {
  CHECK(parse_source_addresses("10.0.0.0-10.0.255.255").addresses.size() == 65'536);
  CHECK(fault("10.0.0.0-10.1.0.0") == "these are more than 65,536 addresses");
  CHECK(fault("::-ffff::") == "these are more than 65,536 addresses");
}

TEST_CASE("loopback addresses are counted from 127.0.0.2") {
  CHECK(loopback_addresses(2) == Addresses{"127.0.0.2", "127.0.0.3"});
  CHECK(loopback_addresses(300).back() == "127.0.1.45");
  CHECK(loopback_addresses(100'000).size() == 65'536);
  CHECK(unusable_address(loopback_addresses(300)) == "");
}

TEST_CASE("an address that is not of this machine is found before the first connection") {
  CHECK(unusable_address({"127.0.0.1", "192.0.2.1"}) ==
        "cannot connect from 192.0.2.1: Cannot assign requested address");
}

}  // namespace mqrig::load::tests
