#include <doctest/doctest.h>

#include <mqrig/load/placement.hpp>

namespace mqrig::load::tests {
namespace {

Capacity small_machine() {
  Capacity capacity;
  capacity.descriptors = 20'000;
  capacity.ports = 28'232;
  capacity.memory = 16'000'000'000;
  capacity.cores = 2;
  return capacity;
}

Demand clients(std::uint64_t count) {
  Demand demand;
  demand.clients = count;
  return demand;
}

// Where ports are no matter.
Demand unix_clients(std::uint64_t count) {
  Demand demand = clients(count);
  demand.ports = false;
  return demand;
}

}  // namespace

TEST_CASE("a few clients are on one thread for each core, and there is nothing to say") {
  const Placement placement = place(clients(100), small_machine());
  CHECK(placement.processes == 1);
  CHECK(placement.threads == 2);
  CHECK(placement.broker_processes == 0);
  CHECK(placement.loopback_addresses == 0);
  CHECK(placement.error.empty());
  CHECK(placement.warnings.empty());
  CHECK(placement.notices.empty());
}

TEST_CASE("nobody is without a client") {
  CHECK(place(clients(1), small_machine()).threads == 1);
  Demand demand = clients(3);
  demand.threads = 8;
  CHECK(place(demand, small_machine()).threads == 3);
  demand.threads.reset();
  demand.processes = 8;
  CHECK(place(demand, small_machine()).processes == 3);
}

TEST_CASE("from nine tenths of the descriptors of a process on there are worker processes") {
  CHECK(place(unix_clients(17'937), small_machine()).processes == 1);
  const Placement placement = place(unix_clients(17'938), small_machine());
  CHECK(placement.processes == 2);
  CHECK(placement.threads == 1);
  REQUIRE(placement.notices.size() == 1);
  CHECK(placement.notices[0] ==
        "17,938 clients are spread over 2 worker processes: a process may have 20,000 descriptors "
        "(ulimit -Hn)");
  CHECK(place(unix_clients(1'000'000), small_machine()).processes == 56);
}

TEST_CASE("when there are worker processes, each core has one") {
  Capacity capacity = small_machine();
  capacity.cores = 8;
  CHECK(place(unix_clients(20'000), capacity).processes == 8);
}

TEST_CASE("without a limit of descriptors one process is enough") {
  Capacity capacity = small_machine();
  capacity.descriptors = Capacity::unlimited;
  const Placement placement = place(unix_clients(1'000'000), capacity);
  CHECK(placement.processes == 1);
  CHECK(placement.error.empty());
}

TEST_CASE("a wish for too few processes or threads is an error that says what to do") {
  Demand demand = unix_clients(40'000);
  SUBCASE("processes") {
    demand.processes = 2;
    CHECK(place(demand, small_machine()).error ==
          "40,000 clients need 3 worker processes, not 2: a process may have 20,000 descriptors "
          "(ulimit -Hn)");
    demand.processes = 3;
    CHECK(place(demand, small_machine()).error.empty());
    CHECK(place(demand, small_machine()).processes == 3);
  }
  SUBCASE("threads") {
    demand.threads = 4;
    CHECK(place(demand, small_machine()).error ==
          "40,000 clients need 3 processes of one thread each, because a process may have 20,000 "
          "descriptors (ulimit -Hn): leave --threads away, or raise the limit");
    demand.clients = 19'000;  // little air, but it was wished for
    CHECK(place(demand, small_machine()).error.empty());
    CHECK(place(demand, small_machine()).threads == 4);
  }
  SUBCASE("both") {
    demand.processes = 4;
    demand.threads = 2;
    CHECK(place(demand, small_machine()).error ==
          "worker processes have one thread each: give --workers or --threads, not both");
  }
}

TEST_CASE("many clients of a broker on this machine get more loopback addresses by themselves") {
  Demand demand = clients(14'116);
  demand.loopback = true;
  CHECK(place(demand, small_machine()).loopback_addresses == 0);
  demand.clients = 14'117;
  Placement placement = place(demand, small_machine());
  CHECK(placement.loopback_addresses == 2);
  REQUIRE(placement.notices.size() == 1);
  CHECK(placement.notices[0] ==
        "clients connect from 127.0.0.2-127.0.0.3: one source address has 28,232 ports to one "
        "broker, the first half of which is fast to get");
  demand.clients = 1'000'000;
  placement = place(demand, small_machine());
  CHECK(placement.loopback_addresses == 71);
  CHECK(placement.error.empty());
}

TEST_CASE("too few source addresses are an error before the first connection") {
  Demand demand = clients(30'000);
  SUBCASE("of this machine") {
    demand.loopback = true;
    demand.source_addresses = 1;
    CHECK(place(demand, small_machine()).error ==
          "30,000 clients need 2 source addresses, not 1: each has 28,232 ports to one broker "
          "(net.ipv4.ip_local_port_range); give --bind 127.0.0.2-127.0.0.3");
  }
  SUBCASE("towards another machine") {
    CHECK(place(demand, small_machine()).error ==
          "30,000 clients need 2 source addresses, not 1: each has 28,232 ports to one broker "
          "(net.ipv4.ip_local_port_range); give --bind with that many addresses of this machine");
  }
  SUBCASE("enough for all, but slow") {
    demand.source_addresses = 2;
    const Placement placement = place(demand, small_machine());
    CHECK(placement.error.empty());
    REQUIRE(placement.warnings.size() == 1);
    CHECK(placement.warnings[0] ==
          "connecting becomes slow above 28,232 clients from 2 source addresses: give --bind 3 "
          "addresses");
  }
  SUBCASE("enough") {
    demand.source_addresses = 3;
    CHECK(place(demand, small_machine()).error.empty());
    CHECK(place(demand, small_machine()).warnings.empty());
  }
  SUBCASE("a Unix socket has no ports") {
    demand.ports = false;
    CHECK(place(demand, small_machine()).error.empty());
  }
}

TEST_CASE("the embedded broker has as many processes as its connections need") {
  Demand demand = clients(100);
  demand.embedded = true;
  CHECK(place(demand, small_machine()).broker_processes == 1);
  demand.clients = 100'000;
  CHECK(place(demand, small_machine()).broker_processes == 6);
  CHECK(place(demand, small_machine()).loopback_addresses == 8);
}

TEST_CASE("clients that get messages from each other need one broker process") {
  Demand demand = clients(19'936);
  demand.embedded = true;
  demand.exchange = true;
  CHECK(place(demand, small_machine()).broker_processes == 1);
  demand.clients = 19'937;
  CHECK(place(demand, small_machine()).error ==
        "the embedded broker can take 19,936 clients that get messages from each other, because a "
        "process may have 20,000 descriptors (ulimit -Hn): name a broker, or raise the limit");
}

TEST_CASE("memory that is not there is said beforehand") {
  Demand demand = unix_clients(1'000'000);
  Capacity capacity = small_machine();
  CHECK(place(demand, capacity).warnings.empty());
  capacity.memory = 7'000'000'000;
  Placement placement = place(demand, capacity);
  CHECK(placement.error.empty());
  REQUIRE(placement.warnings.size() == 1);
  CHECK(placement.warnings[0] ==
        "1,000,000 clients need about 6.3 GB of memory, of which 7 GB are available");
  capacity.memory = 2'000'000'000;
  placement = place(demand, capacity);
  CHECK(placement.error ==
        "1,000,000 clients need about 6.3 GB of memory, of which 2 GB are available: ask for "
        "245,159 at most, or for a part on each of several machines (--shard)");
}

}  // namespace mqrig::load::tests
