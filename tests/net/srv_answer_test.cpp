#include <doctest/doctest.h>

#include <mqrig/net/srv_answer.hpp>

#include "tests/net/dns_server.hpp"
#include "tests/net/loop.hpp"

namespace mqrig::net::tests {
namespace {

using Server = tests::DnsServer;

const std::string question =
    Server::name("_mqtt._tcp.a.example") + Server::number(33) + Server::number(1);

std::string answer(unsigned count, const std::string& records) {
  return Server::message("id", question, 0, count, records);
}

SrvRecord record(std::uint16_t priority, std::uint16_t weight, const std::string& target) {
  return {priority, weight, 1883, target};
}

std::string order(std::vector<SrvRecord> records, const SrvChance& random) {
  order_srv_records(records, random);
  std::string names;
  for (const SrvRecord& entry : records) names += entry.target;
  return names;
}

}  // namespace

TEST_CASE("an answer has its SRV records read, and others passed over") {
  const std::string text = Server::number(0xc00c) + Server::number(16) + Server::number(1) +
                           Server::number(0) + Server::number(60) + Server::number(2) + "\1x";
  const auto records = parse_srv_answer(
      bytes(answer(6, Server::record(1, 2, 1884, "b.example") + text +
                          Server::record(3, 4, 1885, "") + Server::record(0, 0, 1, "a b") +
                          Server::record(0, 0, 1, "%lo") + Server::record(0, 0, 1, "fe80::1%lo"))));
  REQUIRE(records);
  REQUIRE(records->size() == 2);
  CHECK((*records)[0].priority == 1);
  CHECK((*records)[0].weight == 2);
  CHECK((*records)[0].port == 1884);
  CHECK((*records)[0].target == "b.example");
  CHECK((*records)[1].target == "");
}

TEST_CASE("an answer that is cut anywhere is none") {
  const std::string whole = answer(1, Server::record(1, 2, 1884, "b.example"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_FALSE(parse_srv_answer(bytes(std::string_view(whole).substr(0, size))));
  }
  CHECK(parse_srv_answer(bytes(whole)));
}

TEST_CASE("lower priorities are tried first, and weights are chances [RFC 2782]") {
  const std::vector<SrvRecord> records{record(2, 9, "d"), record(1, 10, "a"), record(1, 0, "z"),
                                       record(1, 30, "b")};
  const auto least = [](std::uint32_t) { return 0u; };
  const auto most = [](std::uint32_t sum) { return sum; };
  CHECK(order(records, least) == "zabd");
  CHECK(order(records, most) == "bazd");
  CHECK(order(records, [](std::uint32_t sum) { return std::min(sum, 10u); }) == "abzd");
  CHECK(order(records, [](std::uint32_t sum) { return std::min(sum, 11u); }) == "bazd");
  CHECK(order({}, least) == "");
}

}  // namespace mqrig::net::tests
