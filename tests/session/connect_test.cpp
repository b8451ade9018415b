// CONNECT and CONNACK.
#include <tests/support/scripted_client.hpp>

#include <mqrig/wire/encode.hpp>

using namespace mqrig;
using test::Bytes;
using test::Lines;
using test::OwnedProperties;
using test::ScriptedClient;
using wire::PropertyId;
using wire::QoS;
using wire::ReasonCode;
using wire::Version;

namespace {

Lines connect_sent(ScriptedClient& client) {
  client.session.open(client.connect, client.clock.now(), client.out);
  return client.sent();
}

constexpr Version versions[] = {Version::mqtt_3_1, Version::mqtt_3_1_1, Version::mqtt_5};

}  // namespace

TEST_CASE("the first packet is CONNECT, once [MQTT-3.1.0-1] [MQTT-3.1.0-2] [MQTT-3.1.2-1]") {
  for (const Version version : versions) {
    CAPTURE(version);
    ScriptedClient client(version);
    CHECK(connect_sent(client) ==
          Lines{"CONNECT " + std::string(wire::name(version)) + " clean keep=60 id=c"});
    CHECK(client.session.state() == session::ClientSession::State::connecting);
    CHECK(client.receive_connack({}) == Lines{"connected"});
    CHECK(client.session.state() == session::ClientSession::State::connected);
    CHECK(client.sent() == Lines{});
  }
}

TEST_CASE(
    "CONNECT carries everything that it was given, in the order of the specification "
    "[MQTT-3.1.3-1] [MQTT-3.1.2-17] [MQTT-3.1.2-19] [MQTT-3.1.3-11] [MQTT-3.1.3-12]") {
  ScriptedClient client;
  const OwnedProperties properties{
      {PropertyId::session_expiry_interval, 3600},   {PropertyId::receive_maximum, 7},
      {PropertyId::maximum_packet_size, 1000},       {PropertyId::topic_alias_maximum, 5},
      {PropertyId::request_response_information, 1}, {PropertyId::request_problem_information, 0},
      {PropertyId::user_property, "k", "v"},         {PropertyId::authentication_method, "M"},
      {PropertyId::authentication_data, "D"}};
  const OwnedProperties will_properties{
      {PropertyId::will_delay_interval, 5},     {PropertyId::payload_format_indicator, 1},
      {PropertyId::message_expiry_interval, 9}, {PropertyId::content_type, "text"},
      {PropertyId::response_topic, "r"},        {PropertyId::correlation_data, "cd"},
      {PropertyId::user_property, "wk", "wv"}};
  client.connect.clean_start = false;
  client.connect.keep_alive = 300;
  client.connect.client_id = "me";
  client.connect.user_name = "user";
  client.connect.password = wire::as_bytes("secret");
  client.connect.will = wire::Will{.topic = "will",
                                   .payload = wire::as_bytes("gone"),
                                   .qos = QoS::exactly_once,
                                   .retain = true,
                                   .properties = will_properties};
  client.connect.properties = properties;
  CHECK(connect_sent(client) ==
        Lines{"CONNECT 5.0 keep=300 id=me will q2 retain t=will p=gone {will-delay-interval=5, "
              "payload-format-indicator=1, message-expiry-interval=9, content-type=text, "
              "response-topic=r, correlation-data=cd, user-property=wk:wv} user=user "
              "password=secret {session-expiry-interval=3600, receive-maximum=7, "
              "maximum-packet-size=1000, topic-alias-maximum=5, request-response-information=1, "
              "request-problem-information=0, user-property=k:v, authentication-method=M, "
              "authentication-data=D}"});
}

TEST_CASE(
    "what CONNECT was not given is neither flagged nor present [MQTT-3.1.2-13] [MQTT-3.1.2-16] "
    "[MQTT-3.1.2-18] [MQTT-3.1.2-15 of 3.1.1] [MQTT-2.2.2-1] [MQTT-3.1.2-3]") {
  ScriptedClient client;
  client.session.open(client.connect, client.clock.now(), client.out);
  const Bytes expected({0x10, 14, 0, 4, 'M', 'Q', 'T', 'T', 5, 0x02, 0, 60, 0, 0, 1, 'c'});
  const wire::ByteView sent = client.out.view();
  CHECK(Bytes(sent.begin(), sent.end()) == expected);
}

TEST_CASE("below 5.0 properties are not sent and mean nothing") {
  ScriptedClient client(Version::mqtt_3_1_1);
  const OwnedProperties properties{{PropertyId::receive_maximum, 1},
                                   {PropertyId::authentication_method, "M"},
                                   {PropertyId::maximum_packet_size, 10}};
  client.connect.properties = properties;
  CHECK(connect_sent(client) == Lines{"CONNECT 3.1.1 clean keep=60 id=c"});
  CHECK(client.receive_connack({}) == Lines{"connected"});
  CHECK(client.receive_publish(test::message("a", QoS::exactly_once, 1, "longer than ten")) ==
        Lines{"message q2 id=1 t=a p=longer than ten #1"});
  CHECK(client.receive_publish(test::message("a", QoS::exactly_once, 2)) ==
        Lines{"message q2 id=2 t=a #2"});
}

TEST_CASE("a refusal of 3.1.1 is reported as the reason code of 5.0") {
  const std::pair<std::uint8_t, const char*> codes[] = {
      {1, "refused 0x84"}, {2, "refused 0x85"}, {3, "refused 0x88"},
      {4, "refused 0x86"}, {5, "refused 0x87"}, {0x80, "refused 0x80"}};
  for (const auto& [code, event] : codes) {
    for (const Version version : {Version::mqtt_3_1, Version::mqtt_3_1_1}) {
      ScriptedClient client(version);
      client.open();
      CHECK(client.receive(Bytes({0x20, 2, 0, code})) == Lines{event});
      CHECK(client.session.state() == session::ClientSession::State::closed);
      CHECK(client.session.deadline() == session::never);
      CHECK(client.sent() == Lines{});
    }
  }
}

TEST_CASE("a refusal of 5.0 is reported with its properties [MQTT-4.13.2-1] [MQTT-3.1.3-8]") {
  ScriptedClient client;
  client.open();
  const OwnedProperties properties{{PropertyId::reason_string, "no"},
                                   {PropertyId::server_reference, "other"}};
  CHECK(client.receive_connack({.session_present = false,
                                .reason = ReasonCode::use_another_server,
                                .properties = properties}) ==
        Lines{"refused 0x9c {reason-string=no, server-reference=other}"});
  CHECK(client.session.state() == session::ClientSession::State::closed);
  CHECK(client.publish("a", QoS::at_most_once) == session::Error::not_connected);
}

TEST_CASE("a 5.0 client understands the refusal of a broker that knows only 3.1.1") {
  ScriptedClient client;
  client.open();
  CHECK(client.receive(Bytes({0x20, 2, 0, 1})) == Lines{"refused 0x84"});
}

TEST_CASE("what the server announces is reported and kept") {
  ScriptedClient client;
  client.open();
  const OwnedProperties properties{{PropertyId::assigned_client_identifier, "auto-1"},
                                   {PropertyId::server_keep_alive, 20},
                                   {PropertyId::receive_maximum, 10},
                                   {PropertyId::maximum_qos, 1},
                                   {PropertyId::retain_available, 0},
                                   {PropertyId::maximum_packet_size, 500},
                                   {PropertyId::topic_alias_maximum, 3},
                                   {PropertyId::wildcard_subscription_available, 0},
                                   {PropertyId::subscription_identifier_available, 0},
                                   {PropertyId::shared_subscription_available, 0},
                                   {PropertyId::response_information, "rsp/"}};
  CHECK(client.receive_connack(
            {.session_present = false, .reason = ReasonCode::success, .properties = properties}) ==
        Lines{"connected {assigned-client-identifier=auto-1, server-keep-alive=20, "
              "receive-maximum=10, maximum-qos=1, retain-available=0, maximum-packet-size=500, "
              "topic-alias-maximum=3, wildcard-subscription-available=0, "
              "subscription-identifier-available=0, shared-subscription-available=0, "
              "response-information=rsp/}"});
  const session::Limits limits = client.session.server_limits();
  CHECK(limits.receive_maximum == 10);
  CHECK(limits.maximum_qos == QoS::at_least_once);
  CHECK(limits.maximum_packet_size == 500);
  CHECK(limits.topic_alias_maximum == 3);
  CHECK_FALSE(limits.retain_available);
  CHECK_FALSE(limits.wildcard_available);
  CHECK_FALSE(limits.subscription_identifier_available);
  CHECK_FALSE(limits.shared_available);
  CHECK(client.session.keep_alive() == 20);
}

TEST_CASE("a session that is present is an error after clean start [MQTT-3.2.2-4]") {
  ScriptedClient client;
  client.open();
  CHECK(client.receive_connack(
            {.session_present = true, .reason = ReasonCode::success, .properties = {}}) ==
        Lines{"fault 0x82"});
  CHECK(client.sent() == Lines{"DISCONNECT 0x82"});
  CHECK(client.session.state() == session::ClientSession::State::closed);
}

TEST_CASE("a session that is present is reported when it was asked for") {
  for (const Version version : {Version::mqtt_3_1_1, Version::mqtt_5}) {
    ScriptedClient client(version);
    client.connect.clean_start = false;
    client.open();
    CHECK(client.receive_connack(
              {.session_present = true, .reason = ReasonCode::success, .properties = {}}) ==
          Lines{"connected, session present"});
  }
}

TEST_CASE("reserved CONNACK flags and unknown codes are faults [MQTT-3.2.2-1] [MQTT-2.1.3-1]") {
  const std::pair<Bytes, std::string> cases[] = {{Bytes({0x20, 3, 2, 0, 0}), "fault 0x81"},
                                                 {Bytes({0x20, 3, 0, 1, 0}), "fault 0x82"},
                                                 {Bytes({0x21, 3, 0, 0, 0}), "fault 0x81"},
                                                 {Bytes({0x20, 1, 0}), "fault 0x81"},
                                                 {Bytes({0x20, 3, 1, 0x87, 0}), "fault 0x82"}};
  for (const auto& [packet, event] : cases) {
    ScriptedClient client;
    client.open();
    const Lines events = client.receive(packet);
    REQUIRE(events.size() == 1);
    CHECK(events[0] == event);
    CHECK(client.session.state() == session::ClientSession::State::closed);
  }
}

TEST_CASE("a first packet that is not CONNACK is a fault [MQTT-3.2.0-1 of 3.1.1]") {
  ScriptedClient client;
  client.open();
  CHECK(client.receive_publish(test::message("a", QoS::at_most_once)) == Lines{"fault 0x82"});
  ScriptedClient second(Version::mqtt_3_1_1);
  second.open();
  CHECK(second.receive(Bytes({0xD0, 0})) == Lines{"fault 0x82"});
  CHECK(second.sent() == Lines{});
}

TEST_CASE("a peer that speaks no MQTT is a fault at its first bytes") {
  ScriptedClient client;
  client.open();
  CHECK(client.receive(wire::as_bytes("HTTP/1.1 400 Bad Request\r\n")).front().rfind("fault", 0) ==
        0);
}

TEST_CASE("a second CONNACK is a fault") {
  ScriptedClient client;
  client.establish();
  CHECK(client.receive_connack({}) == Lines{"fault 0x82"});
}

TEST_CASE("silence after CONNECT is reported at the deadline") {
  ScriptedClient client;
  client.open();
  const session::Time start = client.clock.now();
  CHECK(client.session.deadline() == start + client.settings.connack_timeout);
  CHECK(client.time_out() == Lines{"timed out 0x8d"});
  CHECK(client.session.state() == session::ClientSession::State::closed);
  CHECK(client.session.deadline() == session::never);
}

TEST_CASE("nothing is sent before CONNACK [MQTT-3.1.2-30]") {
  ScriptedClient client;
  const OwnedProperties method{{PropertyId::authentication_method, "M"}};
  client.connect.properties = method;
  client.open();
  CHECK(client.publish("a", QoS::at_most_once) == session::Error::not_connected);
  CHECK(client.subscribe({{.filter = "a"}}) == session::Error::not_connected);
  CHECK(client.unsubscribe({"a"}) == session::Error::not_connected);
  client.resend();
  CHECK(client.sent() == Lines{});
  CHECK_FALSE(client.session.ready(QoS::at_most_once));
}

TEST_CASE("a CONNACK in single bytes is the same as in one piece") {
  ScriptedClient client;
  client.open();
  wire::Buffer packet;
  const OwnedProperties properties{{PropertyId::receive_maximum, 10}};
  wire::encode(packet, Version::mqtt_5, wire::Connack{.properties = properties});
  session::Event event;
  for (std::size_t size = 0; size < packet.size(); ++size) {
    wire::ByteView part = packet.view().first(size);
    REQUIRE_FALSE(client.session.read(part, client.clock.now(), event, client.out));
    REQUIRE(part.size() == size);
  }
  CHECK(client.receive(packet) == Lines{"connected {receive-maximum=10}"});
}
