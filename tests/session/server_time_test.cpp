// Silence, as the server role sees it, in virtual time.
#include <tests/support/scripted_server.hpp>

using namespace mqrig;
using namespace std::chrono_literals;
using test::Lines;
using test::ScriptedServer;
using wire::QoS;
using wire::Version;
using State = session::ServerSession::State;

TEST_CASE("CONNECT has to be there in time, whole") {
  session::ServerSettings settings;
  settings.connect_timeout = 3s;
  ScriptedServer server(Version::mqtt_5, settings);
  CHECK(server.session.deadline() == session::never);
  server.open();
  const session::Time opened = server.clock.now();
  CHECK(server.session.deadline() == opened + 3s);
  server.clock.advance(2s);
  server.receive({0x10, 20, 0, 4, 'M'});
  CHECK(server.session.deadline() == opened + 3s);
  CHECK(server.time_out() == Lines{"timed out 0x8d"});
  CHECK(server.out.empty());
  CHECK(server.session.state() == State::closed);
  CHECK(server.session.deadline() == session::never);
}

TEST_CASE("the time that the owner takes to decide is not the client's") {
  ScriptedServer server;
  server.open();
  server.receive_connect();
  CHECK(server.session.deadline() == session::never);
  server.clock.advance(100s);
  CHECK_FALSE(server.accept());
  CHECK(server.session.deadline() == server.clock.now() + 90s);
}

TEST_CASE(
    "a client that is silent for one and a half times the keep alive is disconnected "
    "[MQTT-3.1.2-22] [MQTT-3.1.2-24 of 3.1.1]") {
  for (const Version version : {Version::mqtt_3_1, Version::mqtt_3_1_1, Version::mqtt_5}) {
    for (const int seconds : {1, 10, 65'535}) {
      ScriptedServer server(version);
      server.connect.keep_alive = static_cast<std::uint16_t>(seconds);
      server.establish();
      const session::Time start = server.clock.now();
      CHECK(server.session.deadline() == start + seconds * 1500ms);
      session::ServerEvent event;
      CHECK_FALSE(server.session.timeout(start + seconds * 1500ms - 1ns, event, server.out));
      CHECK(server.time_out() == Lines{"timed out 0x8d"});
      CHECK(server.session.state() == State::closed);
      CHECK(server.sent() == (version == Version::mqtt_5 ? Lines{"DISCONNECT 0x8d"} : Lines{}));
    }
  }
}

TEST_CASE("every whole packet is a sign of life, and what is sent is none") {
  ScriptedServer server;
  server.establish();
  const auto expect_deadline_in = [&](session::Duration duration) {
    CHECK(server.session.deadline() == server.clock.now() + duration);
  };
  server.clock.advance(50s);
  server.receive({0xC0, 0});
  expect_deadline_in(90s);
  server.clock.advance(50s);
  server.receive_publish(test::message("a", QoS::at_most_once));
  expect_deadline_in(90s);
  server.clock.advance(50s);
  server.receive({0xC0});
  CHECK_FALSE(server.forward("a", QoS::at_most_once));
  expect_deadline_in(40s);
}

TEST_CASE("a keep alive of 0 turns it off") {
  ScriptedServer server;
  server.connect.keep_alive = 0;
  server.establish();
  CHECK(server.session.deadline() == session::never);
}

TEST_CASE("the keep alive of the server counts [MQTT-3.1.2-21]") {
  ScriptedServer server;
  server.open();
  server.receive_connect();
  CHECK_FALSE(
      server.session.accept(server.engine, {.keep_alive = 20}, server.clock.now(), server.out));
  CHECK(server.session.keep_alive() == 20);
  CHECK(server.session.deadline() == server.clock.now() + 30s);
}

TEST_CASE("while the owner does not read, silence is not held against the client") {
  ScriptedServer server;
  server.establish();
  server.session.reading(false, server.clock.now());
  CHECK(server.session.deadline() == session::never);
  server.clock.advance(1000s);
  session::ServerEvent event;
  CHECK_FALSE(server.session.timeout(server.clock.now(), event, server.out));
  server.session.reading(true, server.clock.now());
  CHECK(server.session.deadline() == server.clock.now() + 90s);
}
