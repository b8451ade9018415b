// SUBSCRIBE and UNSUBSCRIBE.
#include <tests/support/scripted_client.hpp>

using namespace mqrig;
using session::Error;
using test::Bytes;
using test::Lines;
using test::OwnedProperties;
using test::ScriptedClient;
using wire::PropertyId;
using wire::QoS;
using wire::Version;

TEST_CASE(
    "SUBSCRIBE is answered by the SUBACK of its identifier, code by code [MQTT-2.2.1-6] "
    "[MQTT-3.8.4-2] [MQTT-3.8.4-6] [MQTT-3.9.3-1 of 3.1.1] [MQTT-2.3.1-7 of 3.1.1]") {
  ScriptedClient client;
  client.establish();
  const OwnedProperties properties{{PropertyId::subscription_identifier, 9},
                                   {PropertyId::user_property, "k", "v"}};
  CHECK_FALSE(client.subscribe({{.filter = "a/+", .qos = QoS::at_least_once, .no_local = true},
                                {.filter = "b/#",
                                 .qos = QoS::exactly_once,
                                 .retain_as_published = true,
                                 .retain_handling = wire::RetainHandling::do_not_send}},
                               5, properties));
  CHECK_FALSE(client.subscribe({{.filter = "c"}}, 6));
  CHECK(client.sent() == Lines{"SUBSCRIBE 1 a/+:1,no-local b/#:2,as-published,retain-handling=2 "
                               "{subscription-identifier=9, user-property=k:v}",
                               "SUBSCRIBE 2 c:0"});
  CHECK(client.receive_suback(2, {0x87}) == Lines{"subscribed 6 0x87"});
  CHECK(client.receive_suback(1, {1, 2}) == Lines{"subscribed 5 0x01 0x02"});
}

TEST_CASE("below 5.0 filters and QoS are sent only, and 0x80 is a refusal") {
  ScriptedClient client(Version::mqtt_3_1_1);
  client.establish();
  CHECK_FALSE(client.subscribe({{.filter = "a", .qos = QoS::at_least_once, .no_local = true}}, 1));
  CHECK(client.sent() == Lines{"SUBSCRIBE 1 a:1"});
  CHECK(client.receive_suback(1, {0x80}) == Lines{"subscribed 1 0x80"});
}

TEST_CASE("UNSUBSCRIBE is answered by the UNSUBACK of its identifier [MQTT-2.2.1-6]") {
  ScriptedClient client;
  client.establish();
  CHECK_FALSE(client.unsubscribe({"a", "b/#"}, 8));
  CHECK(client.sent() == Lines{"UNSUBSCRIBE 1 a b/#"});
  CHECK(client.receive_unsuback(1, {0, 0x11}) == Lines{"unsubscribed 8 0x00 0x11"});

  ScriptedClient old(Version::mqtt_3_1_1);
  old.establish();
  old.unsubscribe({"a", "b"}, 9);
  CHECK(old.receive(Bytes{0xB0, 2, 0, 1}) == Lines{"unsubscribed 9"});
}

TEST_CASE("SUBSCRIBE and UNSUBSCRIBE have their reserved bits [MQTT-3.8.1-1] [MQTT-3.10.1-1]") {
  ScriptedClient client;
  client.establish();
  client.subscribe({{.filter = "a"}});
  CHECK(client.out.data()[0] == 0x82);
  client.out.clear();
  client.unsubscribe({"a"});
  CHECK(client.out.data()[0] == 0xA2);
}

TEST_CASE("an answer with the wrong number of codes is a fault [MQTT-3.8.4-6]") {
  for (const auto& codes : {Bytes{0}, Bytes{0, 1, 2}}) {
    ScriptedClient client;
    client.establish();
    client.subscribe({{.filter = "a"}, {.filter = "b"}});
    Bytes packet{0x90, static_cast<std::uint8_t>(3 + codes.size()), 0, 1, 0};
    packet.insert(packet.end(), codes.begin(), codes.end());
    CHECK(client.receive(packet) == Lines{"fault 0x82"});
  }
}

TEST_CASE("an answer to no request, or to one of the other kind, is a fault [MQTT-2.2.1-6]") {
  ScriptedClient client;
  client.establish();
  CHECK(client.receive_suback(1, {0}) == Lines{"fault 0x82"});

  ScriptedClient other;
  other.establish();
  other.subscribe({{.filter = "a"}});
  CHECK(other.receive_unsuback(1, {0}) == Lines{"fault 0x82"});

  ScriptedClient message;
  message.establish();
  message.publish("a", QoS::at_least_once);
  CHECK(message.receive_suback(1, {0}) == Lines{"fault 0x82"});

  ScriptedClient twice;
  twice.establish();
  twice.subscribe({{.filter = "a"}});
  CHECK(twice.receive_suback(1, {0}).size() == 1);
  CHECK(twice.receive_suback(1, {0}) == Lines{"fault 0x82"});
}

TEST_CASE(
    "filters that no packet may carry are refused [MQTT-3.8.3-1] [MQTT-3.8.3-2] [MQTT-3.10.3-1] "
    "[MQTT-3.10.3-2] [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.7.3-1] [MQTT-4.7.3-2] [MQTT-4.7.3-3] "
    "[MQTT-4.8.2-1] [MQTT-4.8.2-2]") {
  ScriptedClient client;
  client.establish();
  CHECK(client.subscribe({}) == Error::invalid_filter);
  CHECK(client.unsubscribe({}) == Error::invalid_filter);
  const std::string too_long(65'536, 'a');
  const std::string_view filters[] = {"",          "a/#/b",        "a#",        "a+/b",
                                      "$share//a", "$share/n",     "$share/n/", "$share/n+/a",
                                      "\xC0\x80",  "\xED\xA0\x80", {"a\0b", 3}, too_long};
  for (const std::string_view filter : filters) {
    CAPTURE(filter);
    CHECK(client.subscribe({{.filter = "good"}, {.filter = filter}}) == Error::invalid_filter);
    CHECK(client.unsubscribe({"good", filter}) == Error::invalid_filter);
  }
  CHECK(client.out.empty());
  CHECK_FALSE(client.subscribe({{.filter = "$share/n/a/+/#"}}));
}

TEST_CASE("no local on a shared subscription is refused [MQTT-3.8.3-4]") {
  ScriptedClient client;
  client.establish();
  CHECK(client.subscribe({{.filter = "$share/n/a", .no_local = true}}) == Error::shared_no_local);
  ScriptedClient old(Version::mqtt_3_1_1);
  old.establish();
  CHECK_FALSE(old.subscribe({{.filter = "$share/n/a", .no_local = true}}));
}

TEST_CASE("what the server does not offer is not asked for") {
  ScriptedClient client;
  client.establish(OwnedProperties{{PropertyId::wildcard_subscription_available, 0},
                                   {PropertyId::shared_subscription_available, 0},
                                   {PropertyId::subscription_identifier_available, 0}});
  const OwnedProperties identifier{{PropertyId::subscription_identifier, 1}};
  CHECK(client.subscribe({{.filter = "a"}, {.filter = "a/+"}}) == Error::wildcard_not_supported);
  CHECK(client.subscribe({{.filter = "#"}}) == Error::wildcard_not_supported);
  CHECK(client.subscribe({{.filter = "$share/n/a"}}) == Error::shared_not_supported);
  CHECK(client.subscribe({{.filter = "a"}}, 0, identifier) == Error::identifier_not_supported);
  CHECK(client.out.empty());
  CHECK_FALSE(client.subscribe({{.filter = "a"}}));
  CHECK_FALSE(client.unsubscribe({"a/+"}));
}

TEST_CASE("requests that were not answered are forgotten with the connection") {
  ScriptedClient client;
  client.establish();
  client.subscribe({{.filter = "a"}}, 1);
  client.unsubscribe({"b"}, 2);
  client.reconnect();
  client.resend();
  CHECK(client.sent() == Lines{});
  CHECK_FALSE(client.subscribe({{.filter = "c"}}, 3));
  CHECK(client.receive_suback(1, {0}) == Lines{"subscribed 3 0x00"});
}
