// What a client's limits do to the packets of a server session.
#include <tests/support/scripted_server.hpp>

#include <string>

using namespace mqrig;
using test::Lines;
using test::OwnedProperties;
using test::ScriptedServer;
using wire::PropertyId;
using wire::QoS;
using wire::ReasonCode;
using wire::Version;
using State = session::ServerSession::State;

namespace {

constexpr ReasonCode success[] = {ReasonCode::success};

// A server whose client takes packets of so many bytes.
struct Limited : ScriptedServer {
  explicit Limited(std::uint32_t maximum_packet_size)
      : properties{{PropertyId::maximum_packet_size, maximum_packet_size}} {
    connect.properties = properties;
  }
  OwnedProperties properties;
};

}  // namespace

TEST_CASE("the limits that CONNECT names are known from then on") {
  ScriptedServer server;
  const OwnedProperties limits{{PropertyId::receive_maximum, 3},
                               {PropertyId::maximum_packet_size, 100},
                               {PropertyId::topic_alias_maximum, 4}};
  server.connect.properties = limits;
  server.open();
  server.receive_connect();
  CHECK(server.session.client_limits().receive_maximum == 3);
  CHECK(server.session.client_limits().maximum_packet_size == 100);
  CHECK_FALSE(server.accept());
  CHECK(server.engine.peer().topic_alias_maximum == 4);
}

TEST_CASE(
    "reason string and user properties give way to the maximum packet size [MQTT-3.1.2-24] "
    "[MQTT-3.2.2-19] [MQTT-3.2.2-20] [MQTT-3.9.2-1] [MQTT-3.9.2-2] [MQTT-3.11.2-1] "
    "[MQTT-3.11.2-2] [MQTT-3.14.2-3] [MQTT-3.14.2-4]") {
  const std::string text(30, 'x');
  const OwnedProperties texts{{PropertyId::server_keep_alive, 9},
                              {PropertyId::reason_string, text},
                              {PropertyId::user_property, "k", text}};
  const OwnedProperties reason{{PropertyId::reason_string, text}};
  Limited server(20);
  server.open();
  server.receive_connect();
  CHECK_FALSE(server.accept(texts));
  CHECK(server.sent() == Lines{"CONNACK {server-keep-alive=9}"});
  CHECK_FALSE(server.session.suback(1, success, reason, server.out));
  CHECK_FALSE(server.session.unsuback(2, success, reason, server.out));
  server.session.disconnect(ReasonCode::server_busy, reason, server.out);
  CHECK(server.sent() == Lines{"SUBACK 1 0x00", "UNSUBACK 2 0x00", "DISCONNECT 0x89"});

  server.open();
  server.receive_connect();
  server.session.refuse(ReasonCode::server_busy, reason, server.out);
  CHECK(server.sent() == Lines{"CONNACK 0x89"});
}

TEST_CASE("a server reference that is too long is left out of DISCONNECT [MQTT-3.1.2-24]") {
  Limited server(20);
  server.establish();
  const OwnedProperties elsewhere{{PropertyId::server_reference, std::string(30, 'x')}};
  server.session.disconnect(ReasonCode::use_another_server, elsewhere, server.out);
  CHECK(server.sent() == Lines{"DISCONNECT 0x9c"});
}

TEST_CASE("an answer that is too large without them is not sent [MQTT-3.1.2-24]") {
  Limited server(20);
  server.establish();
  const std::vector<ReasonCode> reasons(20, ReasonCode::granted_qos_1);
  CHECK(server.session.suback(1, reasons, {}, server.out) == session::Error::packet_too_large);
  CHECK(server.out.empty());
  CHECK(server.session.state() == State::connected);
}

TEST_CASE("a client that has no room for CONNACK cannot be accepted [MQTT-3.1.2-24]") {
  Limited server(4);
  server.open();
  server.receive_connect();
  CHECK(server.accept() == session::Error::packet_too_large);
  CHECK(server.out.empty());
  CHECK(server.session.state() == State::closed);
}

TEST_CASE(
    "without Request Problem Information texts are left out of all but CONNACK and "
    "DISCONNECT [MQTT-3.1.2-29]") {
  const OwnedProperties none{{PropertyId::request_problem_information, 0}};
  const OwnedProperties texts{{PropertyId::reason_string, "why"},
                              {PropertyId::user_property, "k", "v"}};
  ScriptedServer server;
  server.connect.properties = none;
  server.open();
  server.receive_connect();
  CHECK_FALSE(server.session.wants_problem_information());
  CHECK_FALSE(server.accept(texts));
  CHECK_FALSE(server.session.suback(1, success, texts, server.out));
  CHECK_FALSE(server.session.unsuback(2, success, texts, server.out));
  server.session.disconnect(ReasonCode::server_busy, texts, server.out);
  CHECK(server.sent() == Lines{"CONNACK {reason-string=why, user-property=k:v}", "SUBACK 1 0x00",
                               "UNSUBACK 2 0x00",
                               "DISCONNECT 0x89 {reason-string=why, user-property=k:v}"});
  ScriptedServer other;
  other.establish();
  CHECK(other.session.wants_problem_information());
  CHECK_FALSE(other.session.suback(1, success, texts, other.out));
  CHECK(other.sent() == Lines{"SUBACK 1 0x00 {reason-string=why, user-property=k:v}"});
}

TEST_CASE("a packet that the client may not send is refused at its header, in every version") {
  session::ServerSettings settings;
  settings.maximum_packet_size = 100;
  for (const Version version : {Version::mqtt_3_1, Version::mqtt_3_1_1, Version::mqtt_5}) {
    ScriptedServer server(version, settings);
    server.establish();
    CHECK(server.receive({0x30, 99}) == Lines{"fault 0x95"});
    CHECK(server.sent() == (version == Version::mqtt_5 ? Lines{"DISCONNECT 0x95"} : Lines{}));
  }
}
