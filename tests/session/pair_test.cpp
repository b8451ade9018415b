// Delivery guarantees over a link that breaks: at every byte, and again and again.
#include <tests/support/pair.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace mqrig;
using test::Pair;
using wire::QoS;
using wire::Version;
using Payloads = std::vector<std::string>;

namespace {

constexpr QoS every_qos[] = {QoS::at_most_once, QoS::at_least_once, QoS::exactly_once};

// The first of each, in order.
Payloads first_arrivals(const Payloads& payloads) {
  Payloads first;
  for (const std::string& payload : payloads) {
    if (std::find(first.begin(), first.end(), payload) == first.end()) first.push_back(payload);
  }
  return first;
}

bool is_part_in_order(const Payloads& part, const Payloads& whole) {
  auto at = whole.begin();
  for (const std::string& payload : part) {
    at = std::find(at, whole.end(), payload);
    if (at == whole.end()) return false;
    ++at;
  }
  return true;
}

// What each quality of service promises about one direction.
void check_delivery(QoS qos, const Payloads& published, const Payloads& arrived) {
  const Payloads got = Pair::of(qos, arrived);
  switch (qos) {
    case QoS::at_most_once:
      REQUIRE(is_part_in_order(got, published));
      break;
    case QoS::at_least_once:
      REQUIRE(first_arrivals(got) == published);
      break;
    case QoS::exactly_once:
      REQUIRE(got == published);
      break;
  }
}

// Each message with an acknowledgement is completed once.
void check_completions(std::vector<std::uint64_t> completed, std::size_t count) {
  std::sort(completed.begin(), completed.end());
  REQUIRE(std::adjacent_find(completed.begin(), completed.end()) == completed.end());
  REQUIRE(completed.size() == count);
}

void check(const Pair& pair) {
  REQUIRE(pair.client_fault == "");
  REQUIRE(pair.server.fault == "");
  for (const QoS qos : every_qos) {
    check_delivery(qos, pair.published_by_client(qos), pair.server.arrived);
    check_delivery(qos, pair.published_by_server(qos), pair.client_arrived);
  }
  const auto acknowledged = [](const auto& count) {
    return count(QoS::at_least_once) + count(QoS::exactly_once);
  };
  check_completions(pair.client_completed,
                    acknowledged([&](QoS qos) { return pair.published_by_client(qos).size(); }));
  check_completions(pair.server.completed,
                    acknowledged([&](QoS qos) { return pair.published_by_server(qos).size(); }));
}

struct Direction {
  bool client;
  bool server;
};
constexpr Direction directions[] = {{true, false}, {false, true}, {true, true}};

Pair::Options options_for(Version version, session::AckMode ack_mode) {
  Pair::Options options;
  options.version = version;
  options.client.exchange.ack_mode = ack_mode;
  options.server.ack_mode = ack_mode;
  options.server.report_steps = ack_mode == session::AckMode::manual;
  return options;
}

void publish(Pair& pair, Direction direction, QoS qos, int count) {
  if (direction.client) pair.client_publishes(qos, count);
  if (direction.server) pair.server_publishes(qos, count);
}

template <class Body>
void for_each_case(Body body) {
  for (const Version version : {Version::mqtt_3_1_1, Version::mqtt_5}) {
    for (const session::AckMode mode : {session::AckMode::automatic, session::AckMode::manual}) {
      for (const Direction direction : directions) {
        for (const QoS qos : every_qos) {
          CAPTURE(version);
          CAPTURE(direction.client);
          CAPTURE(direction.server);
          CAPTURE(qos);
          body(options_for(version, mode), direction, qos);
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("over a link that holds, every message arrives once and in order [MQTT-4.6.0-5]") {
  for_each_case([](Pair::Options options, Direction direction, QoS qos) {
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{100'000}}) {
      options.chunk = chunk;
      Pair pair(options);
      publish(pair, direction, qos, 10);
      REQUIRE(pair.run());
      check(pair);
      REQUIRE(Pair::of(qos, pair.server.arrived) == pair.published_by_client(qos));
      REQUIRE(Pair::of(qos, pair.client_arrived) == pair.published_by_server(qos));
    }
  });
}

TEST_CASE(
    "cut at every byte and connected again, each quality of service keeps its promise "
    "[MQTT-4.3.2-3] [MQTT-4.3.3-6] [MQTT-4.3.3-10] [MQTT-4.4.0-1] [MQTT-4.1.0-1]") {
  for_each_case([](const Pair::Options& options, Direction direction, QoS qos) {
    for (const int count : {1, 3}) {
      Pair whole(options);
      publish(whole, direction, qos, count);
      REQUIRE(whole.run());
      for (std::size_t bytes = 1; bytes < whole.link.carried(); ++bytes) {
        CAPTURE(bytes);
        Pair pair(options);
        publish(pair, direction, qos, count);
        pair.run(bytes);
        REQUIRE(pair.run());
        check(pair);
      }
    }
  });
}

TEST_CASE("cut at every pair of bytes, in single steps, each promise holds") {
  for_each_case([](Pair::Options options, Direction direction, QoS qos) {
    options.chunk = 1;
    Pair whole(options);
    publish(whole, direction, qos, 2);
    REQUIRE(whole.run());
    const std::size_t all = whole.link.carried();
    for (std::size_t first = 30; first < all; ++first) {
      for (std::size_t second = 30; second < all; second += 3) {
        CAPTURE(first);
        CAPTURE(second);
        Pair pair(options);
        publish(pair, direction, qos, 2);
        pair.run(first);
        pair.run(second);
        REQUIRE(pair.run());
        check(pair);
      }
    }
  });
}

TEST_CASE("cut again and again at random, with all qualities mixed, each promise holds") {
  for (unsigned seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    Pair::Options options =
        options_for(seed % 2 == 0 ? Version::mqtt_3_1_1 : Version::mqtt_5,
                    seed % 3 == 0 ? session::AckMode::manual : session::AckMode::automatic);
    options.client_receive_maximum = static_cast<std::uint16_t>(random() % 10 + 1);
    options.server_receive_maximum = static_cast<std::uint16_t>(random() % 10 + 1);
    if (seed % 2 == 0) {
      options.server.window = options.client_receive_maximum;
      options.client.exchange.window = options.server_receive_maximum;
    }
    options.client.exchange.assign_topic_aliases = seed % 5 == 0;
    options.server.assign_topic_aliases = seed % 7 == 0;
    options.chunk = random() % 40 + 1;
    Pair pair(options);
    for (int i = 0; i < 30; ++i) {
      pair.client_publishes(every_qos[random() % 3], 1);
      pair.server_publishes(every_qos[random() % 3], 1);
    }
    int connections = 0;
    while (!pair.run(60 + random() % 200)) {
      if (random() % 4 == 0) pair.restart_client();
      if (++connections == 1000) break;
    }
    REQUIRE(connections < 1000);
    check(pair);
  }
}

TEST_CASE("thousands in flight survive a cut") {
  Pair pair(options_for(Version::mqtt_5, session::AckMode::automatic));
  pair.client_publishes(QoS::at_least_once, 5000);
  pair.client_publishes(QoS::exactly_once, 5000);
  for (std::size_t bytes = 50'000; !pair.run(bytes); bytes += 10'000) {
  }
  check(pair);
}

TEST_CASE("a server that lost the session gets again what it has not acknowledged") {
  for (const Version version : {Version::mqtt_3_1_1, Version::mqtt_5}) {
    for (const QoS qos : {QoS::at_least_once, QoS::exactly_once}) {
      Pair whole(options_for(version, session::AckMode::automatic));
      whole.client_publishes(qos, 5);
      REQUIRE(whole.run());
      for (std::size_t bytes = 1; bytes < whole.link.carried(); ++bytes) {
        CAPTURE(bytes);
        Pair pair(options_for(version, session::AckMode::automatic));
        pair.client_publishes(qos, 5);
        pair.run(bytes);
        pair.server.forget();
        REQUIRE(pair.run());
        REQUIRE(pair.server.fault == "");
        // Nothing is lost; without the session nobody can rule out duplicates.
        REQUIRE(first_arrivals(pair.server.arrived) == pair.published_by_client(qos));
        check_completions(pair.client_completed, 5);
      }
    }
  }
}
