// How the server role takes CONNECT, and what it answers.
#include <tests/support/scripted_server.hpp>

#include <mqrig/wire/encode.hpp>

using namespace mqrig;
using namespace std::chrono_literals;
using test::Lines;
using test::OwnedProperties;
using test::ScriptedServer;
using wire::PropertyId;
using wire::QoS;
using wire::ReasonCode;
using wire::Version;
using State = session::ServerSession::State;

namespace {

constexpr Version every_version[] = {Version::mqtt_3_1, Version::mqtt_3_1_1, Version::mqtt_5};

// CONNECT with that protocol and level, and what belongs to 3.1.1 behind it.
wire::Buffer connect_of(std::string_view protocol, std::uint8_t level) {
  const std::uint8_t front[] = {0x10, static_cast<std::uint8_t>(protocol.size() + 9), 0,
                                static_cast<std::uint8_t>(protocol.size())};
  const std::uint8_t back[] = {level, 2, 0, 60, 0, 1, 'c'};
  wire::Buffer bytes;
  bytes.append(front);
  bytes.append(wire::as_bytes(protocol));
  bytes.append(back);
  return bytes;
}

}  // namespace

TEST_CASE(
    "CONNECT is reported, and CONNACK is the first packet that is sent [MQTT-3.1.4-5] "
    "[MQTT-3.2.0-1] [MQTT-3.2.0-2] [MQTT-3.1.4-4 of 3.1.1] [MQTT-3.2.0-1 of 3.1.1]") {
  for (const Version version : every_version) {
    ScriptedServer server(version);
    server.open();
    CHECK(server.receive_connect() ==
          Lines{"CONNECT " + std::string(wire::name(version)) + " clean keep=60 id=c"});
    CHECK(server.session.state() == State::deciding);
    CHECK(server.sent() == Lines{});
    CHECK_FALSE(server.accept());
    CHECK(server.sent() == Lines{"CONNACK"});
    CHECK(server.session.state() == State::connected);
    CHECK(server.accept() == session::Error::not_connected);
    CHECK(server.sent() == Lines{});
  }
}

TEST_CASE("session present and properties go into CONNACK [MQTT-3.2.2-3] [MQTT-3.2.2-2 of 3.1.1]") {
  ScriptedServer server;
  server.open();
  server.connect.clean_start = false;
  server.receive_connect();
  CHECK_FALSE(server.accept(OwnedProperties{{PropertyId::assigned_client_identifier, "x"}}, true));
  const std::uint8_t session_present = server.out.view()[2];
  CHECK(session_present == 1);
  CHECK(server.sent() == Lines{"CONNACK {assigned-client-identifier=x}"});
}

TEST_CASE(
    "what the settings limit is announced, and nothing that is the default "
    "[MQTT-3.2.2-15] [MQTT-3.2.2-17]") {
  session::ServerSettings settings;
  settings.topic_alias_maximum = 0;
  wire::PropertyWriter properties;
  settings.announce(properties);
  CHECK(properties.empty());
  settings.maximum_packet_size = 1000;
  settings.receive_maximum = 20;
  settings.topic_alias_maximum = 3;
  settings.announce(properties);
  CHECK(test::properties_text(properties.view()) ==
        " {maximum-packet-size=1000, receive-maximum=20, topic-alias-maximum=3}");
}

TEST_CASE(
    "the first packet is CONNECT, or the connection is closed without a word "
    "[MQTT-3.1.0-1] [MQTT-3.14.0-1] [MQTT-3.1.0-1 of 3.1.1]") {
  for (const unsigned first_byte : {0xC0U, 0x30U, 0xF0U, 0xE0U, 0x47U, 0x80U, 0x00U}) {
    CAPTURE(first_byte);
    ScriptedServer server;
    server.open();
    // One byte is enough, whatever length it claims.
    CHECK(server.receive({static_cast<std::uint8_t>(first_byte)}) == Lines{"fault 0x82"});
    CHECK(server.session.state() == State::closed);
    CHECK(server.out.empty());
  }
  // The first byte of TLS is that of CONNECT, but for bits that are reserved [MQTT-2.1.3-1].
  ScriptedServer server;
  server.open();
  CHECK(server.receive({0x16}) == Lines{"fault 0x81"});
  CHECK(server.out.empty());
}

TEST_CASE("a second CONNECT is a protocol error [MQTT-3.1.0-2] [MQTT-3.1.0-2 of 3.1.1]") {
  for (const Version version : every_version) {
    ScriptedServer server(version);
    server.establish();
    CHECK(server.receive_connect() == Lines{"fault 0x82"});
    CHECK(server.session.state() == State::closed);
    CHECK(server.sent() == (version == Version::mqtt_5 ? Lines{"DISCONNECT 0x82"} : Lines{}));
  }
}

TEST_CASE(
    "what comes behind CONNECT waits for the answer, and is not processed after a refusal "
    "[MQTT-3.1.4-6] [MQTT-3.1.4-5 of 3.1.1]") {
  for (const bool accepted : {true, false}) {
    ScriptedServer server;
    server.open();
    wire::Buffer bytes;
    wire::encode(bytes, server.connect);
    wire::encode(bytes, Version::mqtt_5, test::message("a", QoS::at_most_once));
    wire::ByteView in = bytes.view();
    session::ServerEvent event;
    REQUIRE(server.session.read(in, server.clock.now(), event, server.out));
    CHECK(event.kind == session::EventKind::connect);
    CHECK_FALSE(server.session.read(in, server.clock.now(), event, server.out));
    CHECK(test::packet_texts(in, Version::mqtt_5) == Lines{"PUBLISH q0 t=a"});
    if (accepted) {
      CHECK_FALSE(server.accept());
    } else {
      server.session.refuse(ReasonCode::not_authorized, {}, server.out);
    }
    CHECK(server.receive(in) == (accepted ? Lines{"message q0 t=a"} : Lines{}));
  }
}

TEST_CASE(
    "a refusal is a CONNACK in the form of the version, and ends the connection "
    "[MQTT-3.2.2-6] [MQTT-3.2.2-7] [MQTT-3.1.4-2] [MQTT-3.2.2-4 of 3.1.1] "
    "[MQTT-3.2.2-5 of 3.1.1]") {
  const OwnedProperties why{{PropertyId::reason_string, "no"}};
  for (const Version version : every_version) {
    ScriptedServer server(version);
    server.open();
    server.receive_connect();
    server.session.refuse(ReasonCode::not_authorized, why, server.out);
    CHECK(server.session.state() == State::closed);
    const bool mqtt_5 = version == Version::mqtt_5;
    CHECK(server.out.view()[2] == 0);
    CHECK(server.out.view()[3] == (mqtt_5 ? 0x87 : 5));
    CHECK(server.sent() == Lines{mqtt_5 ? "CONNACK 0x87 {reason-string=no}" : "CONNACK 0x87"});
    server.session.refuse(ReasonCode::not_authorized, why, server.out);
    CHECK(server.out.empty());
  }
}

TEST_CASE("CONNACK carries no reason that is not its own [MQTT-3.2.2-8]") {
  for (const ReasonCode reason : {ReasonCode::success, ReasonCode::topic_alias_invalid,
                                  ReasonCode::no_subscription_existed}) {
    ScriptedServer server;
    server.open();
    server.receive_connect();
    server.session.refuse(reason, {}, server.out);
    CHECK(server.sent() == Lines{"CONNACK 0x80"});
  }
}

TEST_CASE(
    "an unknown protocol level is refused in a form that its client knows [MQTT-3.1.2-2] "
    "[MQTT-3.1.2-2 of 3.1.1]") {
  struct Case {
    std::string_view protocol;
    std::uint8_t level;
    std::vector<std::uint8_t> answer;
  };
  const std::vector<std::uint8_t> return_code_1 = {0x20, 2, 0, 1};
  const std::vector<std::uint8_t> reason_0x84 = {0x20, 3, 0, 0x84, 0};
  const Case cases[] = {{"MQTT", 3, return_code_1},    {"MQIsdp", 4, return_code_1},
                        {"MQTT", 0, return_code_1},    {"MQTT", 6, reason_0x84},
                        {"MQTT", 0x83, return_code_1}, {"MQTT", 0x85, reason_0x84}};
  for (const Case& row : cases) {
    CAPTURE(row.level);
    ScriptedServer server;
    server.open();
    CHECK(server.receive(connect_of(row.protocol, row.level)) == Lines{"fault 0x84"});
    const wire::ByteView sent = server.out.view();
    CHECK(std::vector<std::uint8_t>(sent.begin(), sent.end()) == row.answer);
    CHECK(server.session.state() == State::closed);
  }
}

TEST_CASE("another protocol name is closed without a word [MQTT-3.1.2-1] [MQTT-3.1.2-1 of 3.1.1]") {
  ScriptedServer server;
  server.open();
  CHECK(server.receive(connect_of("AMQP", 4)) == Lines{"fault 0x84"});
  CHECK(server.out.empty());
  CHECK(server.session.state() == State::closed);
}

TEST_CASE(
    "a CONNECT that does not conform is told why in 5.0 only [MQTT-3.1.4-1] [MQTT-4.13.2-1] "
    "[MQTT-3.1.4-1 of 3.1.1]") {
  for (const Version version : every_version) {
    ScriptedServer server(version);
    server.open();
    wire::Buffer bytes;
    wire::encode(bytes, server.connect);
    const std::size_t flags = version == Version::mqtt_3_1 ? 11 : 9;
    bytes.data()[flags] |= 1;  // reserved [MQTT-3.1.2-3]
    CHECK(server.receive(bytes) == Lines{"fault 0x81"});
    CHECK(server.sent() == (version == Version::mqtt_5 ? Lines{"CONNACK 0x81"} : Lines{}));
    CHECK(server.session.state() == State::closed);
  }
}

TEST_CASE(
    "an empty client identifier is for the owner to replace, but not where it could not be "
    "found again [MQTT-3.1.3-6] [MQTT-3.1.3-8 of 3.1.1] [MQTT-3.1.3-6 of 3.1.1]") {
  struct Case {
    Version version;
    bool clean;
    bool taken;
  };
  constexpr Case cases[] = {
      {Version::mqtt_5, true, true},     {Version::mqtt_5, false, true},
      {Version::mqtt_3_1_1, true, true}, {Version::mqtt_3_1_1, false, false},
      {Version::mqtt_3_1, true, false},  {Version::mqtt_3_1, false, false},
  };
  for (const Case& row : cases) {
    CAPTURE(row.version);
    CAPTURE(row.clean);
    ScriptedServer server(row.version);
    server.connect.client_id = "";
    server.connect.clean_start = row.clean;
    server.open();
    const Lines events = server.receive_connect();
    CHECK(server.session.state() == (row.taken ? State::deciding : State::closed));
    if (row.taken) continue;
    CHECK(events == Lines{"fault 0x85"});
    CHECK(server.out.view()[3] == 2);  // identifier rejected
    CHECK(server.sent() == Lines{"CONNACK 0x85"});
  }
}

TEST_CASE("a CONNECT that is too long is refused at its header") {
  session::ServerSettings settings;
  settings.maximum_connect_size = 100;
  settings.maximum_packet_size = 1'000;
  ScriptedServer server(Version::mqtt_5, settings);
  server.open();
  CHECK(server.receive({0x10, 99}) == Lines{"fault 0x95"});
  CHECK(server.out.empty());
  server.open();
  CHECK(server.receive({0x10, 98}) == Lines{});
  CHECK(server.session.state() == State::awaiting_connect);
}

TEST_CASE("the longest CONNECT of 3.1.1 is accepted") {
  ScriptedServer server(Version::mqtt_3_1_1);
  const std::string longest(65'535, 'x');
  wire::Will will;
  will.topic = longest;
  will.payload = wire::as_bytes(longest);
  server.connect.client_id = longest;
  server.connect.will = will;
  server.connect.user_name = longest;
  server.connect.password = wire::as_bytes(longest);
  server.open();
  server.receive_connect();
  CHECK(server.session.state() == State::deciding);
}
