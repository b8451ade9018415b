#include <doctest/doctest.h>

#include <mqrig/wire/decode.hpp>

#include <tests/wire/bytes.hpp>

using namespace mqrig::wire;
using namespace mqrig::wire::test;

namespace {

Bytes head(Version version) {
  return hex("00 0a") + (version == Version::mqtt_5 ? hex("00") : Bytes());
}

Bytes options(unsigned bits) {
  return {static_cast<std::uint8_t>(bits)};
}

Fault subscribe_fault(Version version, const Bytes& entries) {
  return fault_of<Subscribe>(packet(0x82, head(version) + entries), version);
}

Fault unsubscribe_fault(Version version, const Bytes& entries) {
  return fault_of<Unsubscribe>(packet(0xA2, head(version) + entries), version);
}

}  // namespace

TEST_CASE("SUBSCRIBE gives its entries one by one, with all options of 5.0") {
  const Bytes bytes = packet(0x82, hex("00 0a") + properties(hex("0b 07")) + text("a/+") +
                                       options(0x2E) + text("b/#") + options(0x11));
  Subscribe subscribe;
  REQUIRE(decode(frame_of(bytes), Version::mqtt_5, subscribe) == Fault::none);
  CHECK(subscribe.packet_id == 10);
  CHECK(subscribe.properties.integer(PropertyId::subscription_identifier) == 7U);
  ByteView entries = subscribe.entries;
  Subscription entry;
  REQUIRE(next_subscription(entries, Version::mqtt_5, entry));
  CHECK(entry.filter == "a/+");
  CHECK(entry.qos == QoS::exactly_once);
  CHECK(entry.no_local);
  CHECK(entry.retain_as_published);
  CHECK(entry.retain_handling == RetainHandling::do_not_send);
  REQUIRE(next_subscription(entries, Version::mqtt_5, entry));
  CHECK(entry.filter == "b/#");
  CHECK(entry.qos == QoS::at_least_once);
  CHECK_FALSE(entry.no_local);
  CHECK_FALSE(entry.retain_as_published);
  CHECK(entry.retain_handling == RetainHandling::send_if_new);
  CHECK_FALSE(next_subscription(entries, Version::mqtt_5, entry));
}

TEST_CASE("UNSUBSCRIBE gives its filters one by one in every version") {
  for (const Version version : all_versions) {
    const Bytes bytes = packet(0xA2, head(version) + text("a") + text("$share/g/b/#"));
    Unsubscribe unsubscribe;
    REQUIRE(decode(frame_of(bytes), version, unsubscribe) == Fault::none);
    CHECK(unsubscribe.packet_id == 10);
    ByteView entries = unsubscribe.entries;
    std::string_view filter;
    REQUIRE(next_filter(entries, filter));
    CHECK(filter == "a");
    REQUIRE(next_filter(entries, filter));
    CHECK(filter == "$share/g/b/#");
    CHECK_FALSE(next_filter(entries, filter));
  }
}

TEST_CASE("[MQTT-3.8.3-5] [MQTT-3.8.3-4 of 3.1.1] every value of the options byte is judged") {
  for (unsigned bits = 0; bits < 256; ++bits) {
    CAPTURE(bits);
    const Bytes entry = text("a") + options(bits);
    const bool reserved = (bits & 0xC0) != 0;
    const bool undefined = (bits & 3) == 3 || (bits >> 4 & 3) == 3;
    CHECK(subscribe_fault(Version::mqtt_5, entry) == (reserved ? Fault::invalid_subscription_options
                                                      : undefined
                                                          ? Fault::undefined_subscription_option
                                                          : Fault::none));
    for (const Version version : {Version::mqtt_3_1, Version::mqtt_3_1_1}) {
      CHECK(subscribe_fault(version, entry) == (bits <= 2   ? Fault::none
                                                : bits == 3 ? Fault::undefined_subscription_option
                                                            : Fault::invalid_subscription_options));
    }
  }
}

TEST_CASE("[MQTT-3.8.3-4] no local on a shared subscription is refused") {
  CHECK(subscribe_fault(Version::mqtt_5, text("$share/g/a") + options(4)) ==
        Fault::shared_no_local);
  CHECK(subscribe_fault(Version::mqtt_5, text("$share/g/a") + options(0)) == Fault::none);
  CHECK(subscribe_fault(Version::mqtt_5, text("$shared/g/a") + options(4)) == Fault::none);
}

TEST_CASE(
    "[MQTT-3.8.3-2] [MQTT-3.10.3-2] [MQTT-3.8.3-3 of 3.1.1] a packet without entry is refused") {
  for (const Version version : all_versions) {
    CHECK(subscribe_fault(version, {}) == Fault::empty_payload);
    CHECK(unsubscribe_fault(version, {}) == Fault::empty_payload);
  }
}

TEST_CASE("[MQTT-3.8.3-1] [MQTT-3.10.3-1] [MQTT-4.7.1-1] [MQTT-4.8.2-1] filters are checked") {
  struct Row {
    Bytes filter;
    Fault fault;
  };
  for (const Version version : all_versions) {
    for (const Row& row : {
             Row{text("\xC0\x80"), Fault::invalid_utf8},
             Row{text(std::string_view("a\0", 2)), Fault::null_character},
             Row{text(""), Fault::invalid_topic_filter},
             Row{text("a/b#"), Fault::invalid_topic_filter},
             Row{text("a/#/b"), Fault::invalid_topic_filter},
             Row{text("a+"), Fault::invalid_topic_filter},
             Row{text("$share//a"), Fault::invalid_topic_filter},
             Row{text("$share/g"), Fault::invalid_topic_filter},
             Row{text("+/#"), Fault::none},
         }) {
      CHECK(subscribe_fault(version, row.filter + options(0)) == row.fault);
      CHECK(unsubscribe_fault(version, row.filter) == row.fault);
      // Behind a good entry too.
      CHECK(subscribe_fault(version, text("ok") + options(1) + row.filter + options(0)) ==
            row.fault);
    }
  }
}

TEST_CASE("[MQTT-2.2.1-3] SUBSCRIBE and UNSUBSCRIBE with packet id 0 are refused") {
  for (const Version version : all_versions) {
    const Bytes tail = version == Version::mqtt_5 ? hex("00") : Bytes();
    CHECK(fault_of<Subscribe>(packet(0x82, hex("00 00") + tail + text("a") + options(0)),
                              version) == Fault::zero_packet_id);
    CHECK(fault_of<Unsubscribe>(packet(0xA2, hex("00 00") + tail + text("a")), version) ==
          Fault::zero_packet_id);
  }
}

TEST_CASE("a subscription identifier may be given once, and not 0") {
  const auto fault = [](const Bytes& encoded) {
    return fault_of<Subscribe>(
        packet(0x82, hex("00 0a") + properties(encoded) + text("a") + options(0)), Version::mqtt_5);
  };
  CHECK(fault(hex("0b 01 0b 02")) == Fault::property_repeated);
  CHECK(fault(hex("0b 00")) == Fault::invalid_property_value);
  CHECK(fault(hex("1f 00 01 78")) == Fault::property_not_allowed);
}

TEST_CASE("an entry that is cut off is refused, and not handed out") {
  CHECK(subscribe_fault(Version::mqtt_5, text("a")) == Fault::truncated);
  CHECK(subscribe_fault(Version::mqtt_5, hex("00")) == Fault::truncated);
  CHECK(unsubscribe_fault(Version::mqtt_5, hex("00 02 61")) == Fault::truncated);
  const Bytes cut = hex("00 05 61");
  ByteView entries = cut;
  Subscription subscription;
  std::string_view filter;
  CHECK_FALSE(next_subscription(entries, Version::mqtt_5, subscription));
  CHECK_FALSE(next_filter(entries, filter));
}
