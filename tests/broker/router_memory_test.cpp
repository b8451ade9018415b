#include <mqrig/broker/router.hpp>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <mqrig/broker/shared_group.hpp>

using namespace mqrig::broker;
using mqrig::wire::QoS;

namespace {

SubscriptionOptions options(QoS qos, std::uint32_t identifier = 0, bool no_local = false) {
  SubscriptionOptions made;
  made.qos = qos;
  made.identifier = identifier;
  made.no_local = no_local;
  return made;
}

// Clients that are away, so that what they get is found in their queues.
struct Clients {
  explicit Clients(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) add();
  }
  ~Clients() {
    for (const auto& session : sessions) leave(*session);
  }
  void add() {
    sessions.push_back(std::make_unique<Session>(std::to_string(sessions.size()),
                                                 mqrig::session::ExchangeSettings()));
  }
  void leave(Session& session) {
    tree.erase_all(session);
    groups.leave_all(session);
  }

  // Publishes at QoS 2. Who gets it: "2:1(7,8) " is client 2 at QoS 1, with two identifiers.
  std::string publish(Router& by, std::string_view topic, const Session* publisher = nullptr) {
    mqrig::wire::Publish publish;
    publish.topic = topic;
    publish.qos = QoS::exactly_once;
    publication.begin(publish, {});
    std::string got;
    const bool found = by.route(publication, publisher);
    for (const auto& session : sessions) {
      while (!session->queue.empty()) got += text(*session, *session->queue.pop());
    }
    CHECK(found == !got.empty());
    return got;
  }
  static std::string text(const Session& session, const Delivery& delivery) {
    std::string got = session.client_id + ":" + std::to_string(static_cast<int>(delivery.qos));
    for (const std::uint32_t identifier : delivery.identifiers) {
      got += "(" + std::to_string(identifier) + ")";
    }
    return got + " ";
  }

  Limits limits;
  Statistics statistics;
  Journal journal;
  RetainedStore retained;
  TopicTree tree;
  SharedGroups groups{tree};
  Dispatcher dispatcher{limits, statistics, journal, retained};
  Router router{tree, dispatcher};
  Publication publication;
  std::vector<std::unique_ptr<Session>> sessions;
};

}  // namespace

TEST_CASE("each message of a row on one topic goes to those who are subscribed then") {
  Clients clients(3);
  const auto publish = [&] { return clients.publish(clients.router, "a/b"); };
  Session& first = *clients.sessions[0];
  Session& second = *clients.sessions[1];
  CHECK(publish().empty());
  clients.tree.insert("a/+", first, options(QoS::at_least_once));
  CHECK(publish() == "0:1 ");
  clients.tree.insert("#", second, options(QoS::exactly_once, 7));
  CHECK(publish() == "0:1 1:2(7) ");
  CHECK(publish() == "0:1 1:2(7) ");
  clients.tree.insert("a/+", first, options(QoS::exactly_once));  // [MQTT-3.8.4-3]
  CHECK(publish() == "0:2 1:2(7) ");
  clients.tree.insert("a/b", second, options(QoS::at_least_once, 8));  // [MQTT-3.3.4-2]
  CHECK(clients.publish(clients.router, "b") == "1:2(7) ");
  CHECK(clients.publish(clients.router, "b") == "1:2(7) ");
  clients.tree.erase("#", second);
  CHECK(publish() == "0:2 1:1(8) ");
  clients.leave(first);
  clients.sessions[0] = std::make_unique<Session>("0", mqrig::session::ExchangeSettings());
  CHECK(publish() == "1:1(8) ");
}

TEST_CASE("No Local keeps back the messages of one publisher only [MQTT-3.8.3-3]") {
  Clients clients(3);
  for (std::size_t i = 0; i < 2; ++i) {
    clients.tree.insert("a", *clients.sessions[i], options(QoS::at_least_once, 0, i == 0));
  }
  const auto publish = [&](std::size_t by) {
    return clients.publish(clients.router, "a", clients.sessions[by].get());
  };
  CHECK(publish(2) == "0:1 1:1 ");
  CHECK(publish(0) == "1:1 ");
  CHECK(publish(1) == "0:1 1:1 ");
  CHECK(publish(0) == "1:1 ");
}

TEST_CASE("a group that is gone gets nothing, and one that comes gets its share") {
  Clients clients(2);
  Session& first = *clients.sessions[0];
  const auto publish = [&] { return clients.publish(clients.router, "a"); };
  clients.groups.subscribe("$share/g/a", first, options(QoS::at_least_once));
  CHECK(publish() == "0:1 ");
  clients.groups.subscribe("$share/g/a", *clients.sessions[1], options(QoS::at_least_once));
  CHECK(publish() != publish());  // in turn
  clients.groups.leave_all(first);
  CHECK(publish() + publish() == "1:1 1:1 ");
  clients.groups.leave_all(*clients.sessions[1]);
  CHECK(publish().empty());
}

TEST_CASE("a router finds what one that remembers nothing finds") {
  std::mt19937 random(1);
  const auto pick = [&](std::size_t count) { return random() % count; };
  const std::vector<std::string> filters = {"a", "a/b", "a/+", "+/b", "#", "a/#", "c"};
  const std::vector<std::string> topics = {"a", "a/b", "c"};
  Clients clients(4);
  for (std::uint32_t step = 0; step < 5'000; ++step) {
    Session& session = *clients.sessions[pick(4)];
    const std::string& filter = filters[pick(filters.size())];
    switch (pick(8)) {
      case 0:
        clients.tree.insert(
            filter, session,
            options(QoS(1 + pick(2)), static_cast<std::uint32_t>(step), pick(8) == 0));
        break;
      case 1:
        clients.tree.erase(filter, session);
        break;
      case 2:
        if (pick(8) == 0) clients.tree.erase_all(session);
        break;
      default:
        break;
    }
    const std::string& topic = topics[pick(topics.size())];
    const Session* publisher = clients.sessions[pick(4)].get();
    const std::string found = clients.publish(clients.router, topic, publisher);
    Router forgetful(clients.tree, clients.dispatcher);
    CHECK(found == clients.publish(forgetful, topic, publisher));
  }
}
