#include <doctest/doctest.h>

#include "login_rig.hpp"

namespace mqrig::client::tests {
namespace {

using Journal = std::vector<std::string>;

// A client whose credentials are renewed once, soon after it has connected.
class Fixture : public LoginRig {
 public:
  Fixture() {
    options.credentials = tokens;
    options.survive_reconnects = true;
    tokens->lifetime = std::chrono::milliseconds(20);
  }

  void start_subscribed() {
    client.emplace(context, options, *this);
    const wire::Subscription all{.filter = "#", .qos = wire::QoS::at_least_once};
    client->subscribe({&all, 1}, {}, 1);
    client->start();
  }

  static void send(StubBroker::Peer& peer, std::string_view topic) {
    wire::Publish publish;
    publish.topic = topic;
    wire::Buffer out;
    REQUIRE(wire::encode(out, peer.version, publish));
    peer.send(out);
  }

  std::error_code publish(std::uint64_t token) {
    wire::Publish publish;
    publish.topic = "t";
    publish.qos = wire::QoS::at_least_once;
    return client->publish(publish, token);
  }

  void set_will() {
    WillMessage& will = options.will.emplace();
    will.topic = "will";
  }

  void use_version_3() {
    options.version = Version::mqtt_3_1_1;
    broker.connack.session_present = false;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "credentials in use are renewed on a connection that takes over") {
  options.credentials = tokens;
  options.survive_reconnects = true;
  tokens->lifetime = std::chrono::milliseconds(20);
  start();
  run_until([&] { return connected == 2; });
  CHECK(passwords == std::vector<std::string>{"token-1", "token-2"});
  CHECK_FALSE(broker.peers[1]->clean_start);
  CHECK(disconnects.empty());
  CHECK(lost.empty());
}

TEST_CASE_FIXTURE(Fixture, "a source that has nothing newer leaves the connection alone") {
  options.credentials = tokens;
  tokens->lifetime = std::chrono::milliseconds(20);
  tokens->changing = false;
  start();
  run_until([&] { return tokens->asked == 2; });
  context.poll();
  CHECK(broker.peers.size() == 1);
  CHECK(disconnects.empty());
}

TEST_CASE_FIXTURE(Fixture, "with an authentication method the connection stays") {
  options.credentials = tokens;
  tokens->method = "OAUTH2-JWT";
  tokens->lifetime = std::chrono::milliseconds(20);
  on_connect_packet = [](StubBroker::Peer& peer) {
    send_connack(peer, "OAUTH2-JWT");
    return true;
  };
  on_auth_packet = [](StubBroker::Peer& peer) {
    send_auth(peer, ReasonCode::success, "OAUTH2-JWT", "");
    return true;
  };
  start();
  run_until([&] { return auths.size() == 1; });
  CHECK(data == std::vector<std::string>{"token-1"});
  CHECK(auths[0] == std::pair<ReasonCode, std::string>(ReasonCode::reauthenticate, "token-2"));
  CHECK(connected == 1);
}

TEST_CASE_FIXTURE(Fixture, "the old connection is read to its end before the next one") {
  on_connect_packet = [this](StubBroker::Peer& peer) {
    if (peer.number == 2) send(*broker.peers[0], "old");
    return false;
  };
  start();
  run_until([&] { return connected == 2; });
  send(*broker.peers[1], "new");
  run_until([&] { return journal.back() == "message new"; });
  CHECK(journal == Journal{"CONNECT 1", "CONNECT to resume 2", "message old", "message new"});
}

TEST_CASE_FIXTURE(Fixture, "a will is withdrawn by DISCONNECT before the next connection") {
  set_will();
  SUBCASE("one without a delay") {
    start();
    run_until([&] { return connected == 2; });
    CHECK(journal == Journal{"CONNECT 1", "DISCONNECT 1", "CONNECT to resume 2"});
  }
  SUBCASE("not one with a delay, which the next connection ends [MQTT-3.1.3-9]") {
    options.will->properties.add(PropertyId::will_delay_interval, 5);
    start();
    run_until([&] { return connected == 2; });
    CHECK(journal == Journal{"CONNECT 1", "CONNECT to resume 2"});
  }
}

TEST_CASE_FIXTURE(Fixture, "what is in flight is completed before the next connection") {
  bool session_is_kept = true;
  SUBCASE("of a session that is kept") {}
  SUBCASE("of one that is not") {
    use_version_3();
    session_is_kept = false;
  }
  wire::Buffer answer;
  on_publish_packet = [&](StubBroker::Peer& peer, const wire::Frame& frame) {
    wire::Publish publish;
    REQUIRE(wire::decode(frame, peer.version, publish) == wire::Fault::none);
    wire::Ack ack;
    ack.type = PacketType::puback;
    ack.packet_id = publish.packet_id;
    REQUIRE(wire::encode(answer, peer.version, ack));
    return true;
  };
  start();
  run_until([&] { return connected == 1; });
  REQUIRE_FALSE(publish(1));
  run_until([&] { return broker.peers.size() == 2 && !answer.empty(); });
  // The next connection is there, and waits.
  CHECK(publish(2));
  CHECK(journal == Journal{"CONNECT 1"});
  broker.peers[0]->send(answer);
  run_until([&] { return connected == 2; });
  Journal expected{"CONNECT 1", "published"};
  if (session_is_kept) {
    expected.push_back("CONNECT to resume 2");
  } else {
    expected.insert(expected.end(), {"DISCONNECT 1", "CONNECT 2"});
  }
  CHECK(journal == expected);
}

TEST_CASE_FIXTURE(Fixture, "below 5.0 a subscriber passes its session on, and ends it at the end") {
  use_version_3();
  start_subscribed();
  run_until([&] { return connected == 2; });
  CHECK(journal == Journal{"CONNECT to resume 1", "CONNECT to resume 2"});
  client->disconnect();
  run_until([&] { return ended == 1; });
  CHECK(Journal(journal.begin() + 2, journal.end()) ==
        Journal{"DISCONNECT 2", "CONNECT 3", "DISCONNECT 3"});
}

TEST_CASE_FIXTURE(Fixture, "below 5.0 an earlier session under a given identifier is ended first") {
  use_version_3();
  options.client_id = "mine";
  start_subscribed();
  run_until([&] { return connected == 1; });
  CHECK(journal == Journal{"CONNECT 1", "DISCONNECT 1", "CONNECT to resume 2"});
}

TEST_CASE_FIXTURE(Fixture, "disconnect() waits for the connection that follows") {
  on_connect_packet = [this](StubBroker::Peer& peer) {
    if (peer.number == 2) client->disconnect();
    return false;
  };
  start();
  run_until([&] { return ended == 1; });
  CHECK(journal == Journal{"CONNECT 1", "CONNECT to resume 2", "DISCONNECT 2"});
  CHECK(client->ended_cleanly());
}

TEST_CASE_FIXTURE(Fixture, "an exchange is begun again") {
  options.credentials.reset();
  options.authentication = std::make_shared<Exchange>();
  on_connect_packet = [](StubBroker::Peer& peer) {
    send_connack(peer, "TEST", "proof");
    return true;
  };
  on_auth_packet = [&](StubBroker::Peer& peer) {
    send_auth(peer, ReasonCode::success, "TEST", "proof");
    return true;
  };
  SUBCASE("after an interval, as long as it succeeds") {
    options.reauthentication_interval = std::chrono::milliseconds(5);
    start();
    run_until([&] { return auths.size() == 3; });
  }
  SUBCASE("when it is asked for, one at a time") {
    start();
    run_until([&] { return connected == 1; });
    CHECK_FALSE(client->reauthenticate());
    CHECK(client->reauthenticate() == session::Error::would_block);
    run_until([&] { return auths.size() == 1; });
  }
  CHECK(auths[0] == std::pair<ReasonCode, std::string>(ReasonCode::reauthenticate, "hello"));
  CHECK(connected == 1);
}

}  // namespace mqrig::client::tests
