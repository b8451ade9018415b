#include <mqrig/broker/publication.hpp>

#include <doctest/doctest.h>

#include <mqrig/wire/encode.hpp>
#include <tests/support/packet_text.hpp>
#include <tests/support/scripted_client.hpp>
#include <tests/wire/counting_new.hpp>

using namespace mqrig;
using namespace std::chrono_literals;
using broker::Publication;
using test::Lines;
using test::OwnedProperties;
using wire::PropertyId;
using wire::QoS;
using wire::Version;

namespace {

constexpr session::Time start{1h};

wire::Publish message() {
  wire::Publish publish;
  publish.topic = "t";
  publish.payload = wire::as_bytes("p");
  publish.qos = QoS::exactly_once;
  publish.packet_id = 77;
  publish.dup = true;
  return publish;
}

std::string text(Publication& publication, Version version, QoS qos, bool retain,
                 session::Time now = start) {
  return test::packet_texts(publication.layout(version, qos, retain, now).packet, version).at(0);
}

}  // namespace

TEST_CASE(
    "a layout is the message in the form of version, QoS and retain flag, without DUP "
    "[MQTT-3.3.1-3]") {
  const OwnedProperties properties{{PropertyId::topic_alias, 3},
                                   {PropertyId::content_type, "text"}};
  wire::Publish publish = message();
  publish.topic_alias = 3;
  publish.properties = properties;
  Publication publication;
  publication.begin(publish, start);
  CHECK(text(publication, Version::mqtt_5, QoS::at_most_once, false) ==
        "PUBLISH q0 t=t p=p {content-type=text}");
  CHECK(text(publication, Version::mqtt_3_1_1, QoS::at_least_once, true) ==
        "PUBLISH q1 retain id=1 t=t p=p");
  CHECK(text(publication, Version::mqtt_3_1, QoS::exactly_once, false) ==
        "PUBLISH q2 id=1 t=t p=p");
}

TEST_CASE("a message is encoded once for each layout, whatever the number of subscribers") {
  Publication publication;
  publication.begin(message(), start);
  const auto first = publication.layout(Version::mqtt_5, QoS::at_least_once, false, start).packet;
  const std::size_t before = wire::test::allocation_count();
  for (int i = 0; i < 1000; ++i) {
    const auto again = publication.layout(Version::mqtt_5, QoS::at_least_once, false, start).packet;
    if (again.data() != first.data()) FAIL("encoded again");
  }
  CHECK(wire::test::allocation_count() == before);
  CHECK(publication.layout(Version::mqtt_3_1_1, QoS::at_least_once, false, start).packet.data() ==
        publication.layout(Version::mqtt_3_1, QoS::at_least_once, false, start).packet.data());
}

TEST_CASE("the expiry that is forwarded is what is left of it [MQTT-3.3.2-6]") {
  const OwnedProperties properties{{PropertyId::message_expiry_interval, 100}};
  wire::Publish publish = message();
  publish.properties = properties;
  Publication publication;
  publication.begin(publish, start);
  CHECK(publication.expires_at() == start + 100s);
  const broker::MessagePtr kept = publication.message();
  publication.begin(kept);
  CHECK(text(publication, Version::mqtt_5, QoS::at_most_once, false, start + 30500ms) ==
        "PUBLISH q0 t=t p=p {message-expiry-interval=70}");
}

TEST_CASE("a message that has not expired never says that it has") {
  CHECK(broker::seconds_left(start + 1ms, start) == 1);
  CHECK(broker::seconds_left(start + 1s, start) == 1);
  CHECK(broker::seconds_left(start, start) == 0);
  CHECK(broker::seconds_left(start - 1s, start) == 0);
  CHECK(broker::seconds_left(session::never, start) == 0xFFFFFFFF);
}

TEST_CASE("subscription identifiers come behind what the publisher said [MQTT-3.3.4-3]") {
  const OwnedProperties properties{{PropertyId::user_property, "a", "1"},
                                   {PropertyId::user_property, "b", "2"}};
  wire::Publish publish = message();
  publish.properties = properties;
  Publication publication;
  publication.begin(publish, start);
  const std::uint32_t identifiers[] = {7, 9};
  CHECK(test::properties_text(publication.properties_for(identifiers, start)) ==
        " {user-property=a:1, user-property=b:2, subscription-identifier=7, "
        "subscription-identifier=9}");
}

TEST_CASE("what is kept is a copy, made once") {
  Publication publication;
  std::string topic = "topic";
  wire::Publish publish = message();
  publish.topic = topic;
  publication.begin(publish, start);
  const broker::MessagePtr kept = publication.message();
  CHECK(publication.message().get() == kept.get());
  topic = "other";
  CHECK(kept->topic() == "topic");
  CHECK(kept->publish().qos == QoS::exactly_once);
  CHECK(kept->size() == sizeof(broker::Message) + 6);
}

TEST_CASE("a large message does not keep its memory for small ones") {
  Publication publication;
  const std::string large(4 * 1024 * 1024, 'x');
  wire::Publish publish = message();
  publish.payload = wire::as_bytes(large);
  publication.begin(publish, start);
  const std::uint8_t* first =
      publication.layout(Version::mqtt_5, QoS::at_most_once, false, start).packet.data();
  CHECK(first != nullptr);
  publication.begin(message(), start);
  const std::size_t before = wire::test::allocation_count();
  publication.layout(Version::mqtt_5, QoS::at_most_once, false, start);
  CHECK(wire::test::allocation_count() > before);  // in new memory
}
