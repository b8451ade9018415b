// Faults that are made on purpose, section by section.
#include <mqrig/broker/fault_link.hpp>

#include <doctest/doctest.h>

#include <set>

#include <asio/io_context.hpp>

using namespace mqrig;
using namespace std::chrono_literals;
using broker::FaultLink;
using broker::Faults;
using broker::FaultSettings;
using wire::QoS;

namespace {

constexpr session::Time start{1h};

// A link whose output is text.
struct Link {
  explicit Link(const FaultSettings& settings) : faults(settings) {}

  void publish(std::string_view text) {
    const std::size_t begin = out.size();
    out.append(wire::as_bytes(text));
    link.published(out, begin, wire::Version::mqtt_3_1_1);
  }
  std::string gather(session::Time now) {
    link.gather(out, now);
    std::string text(wire::as_text(link.ready().view()));
    link.ready().clear();
    return text;
  }

  asio::io_context context;
  Faults faults;
  broker::MadeFaults made;
  int due = 0;
  FaultLink link{faults, made, context, [this] { ++due; }};
  wire::Buffer out;
};

// A PUBLISH below 5.0 with a topic of one letter and a payload of one digit.
std::string message(char topic, int number = 0) {
  using namespace std::string_literals;
  return "\x30\x04\x00\x01"s + topic + std::to_string(number);
}

FaultSettings faults(std::string_view text, std::uint64_t seed = 0) {
  FaultSettings settings;
  settings.seed = seed;
  REQUIRE(broker::parse_faults(text, settings) == "");
  return settings;
}

}  // namespace

TEST_CASE("a message may vanish, and the others are whole") {
  Link link(faults("drop-publish=50%"));
  for (int i = 0; i < 1000; ++i) link.publish("abc");
  const std::string left = link.gather(start);
  CHECK(left.size() % 3 == 0);
  CHECK(left.size() > 1200);
  CHECK(left.size() < 1800);
  CHECK(link.made.drop_publish == 1000 - left.size() / 3);
  CHECK(link.link.size() == 0);
}

TEST_CASE("a message changes places with the next one, or comes alone when there is none") {
  Link link(faults("reorder=100%"));
  for (const char topic : {'a', 'b', 'c'}) link.publish(message(topic));
  CHECK(link.gather(start) == message('b') + message('a') + message('c'));
  CHECK(link.made.reorder == 1);
  link.publish(message('d'));
  CHECK(link.link.size() == message('d').size());
  CHECK(link.gather(start) == message('d'));
  CHECK(link.made.reorder == 1);
}

TEST_CASE("messages of one topic never change places [MQTT-4.6.0-6]") {
  Link link(faults("reorder=100%"));
  for (const int number : {1, 2, 3}) link.publish(message('a', number));
  CHECK(link.gather(start) == message('a', 1) + message('a', 2) + message('a', 3));
  CHECK(link.made.reorder == 0);
}

TEST_CASE("within its topic a message goes behind the next one, and others pass it") {
  Link link(faults("reorder-topic=100%"));
  link.publish(message('a', 1));
  link.publish(message('b', 1));
  CHECK(link.gather(start) == message('b', 1));
  link.publish(message('a', 2));  // in a later turn
  link.publish(message('a', 3));
  CHECK(link.gather(start + 1ms) == message('a', 2) + message('a', 1));
  CHECK(link.made.reorder_topic == 1);
  link.publish(message('a', 4));
  CHECK(link.gather(start + 2ms) == message('a', 4) + message('a', 3));
  CHECK(link.made.reorder_topic == 2);
}

TEST_CASE("a message without a next one of its topic leaves after a while, and is no fault") {
  Link link(faults("reorder-topic=100%"));
  link.publish(message('a'));
  CHECK(link.gather(start).empty());
  CHECK(link.link.size() == message('a').size());
  CHECK(link.gather(start + 99ms).empty());
  CHECK(link.gather(start + 100ms) == message('a'));
  CHECK(link.link.size() == 0);
  CHECK(link.made.reorder_topic == 0);
}

TEST_CASE("a message that waits for the next one goes before DISCONNECT") {
  Link link(faults("reorder-topic=100%"));
  link.publish(message('a'));
  const std::uint8_t disconnect[] = {0xE0, 2, 0x8D, 0};
  link.out.append(disconnect);
  link.link.answered(link.out, 0);
  CHECK(link.gather(start) == message('a') + std::string(wire::as_text(disconnect)));
}

TEST_CASE("a message may come twice: a copy of QoS 1 and 2 has DUP set, one of QoS 0 not") {
  Link link(faults("duplicate=100%"));
  link.publish(message('a'));
  CHECK(link.gather(start) == message('a') + message('a'));
  for (const int qos : {1, 2}) {
    const auto packet = [&](int dup) {
      const auto flags = static_cast<char>(0x30 | dup << 3 | qos << 1);
      return flags + std::string("\6\0\1a\0\7x", 7);
    };
    link.publish(packet(0));
    CHECK(link.gather(start) == packet(0) + packet(1));
  }
  CHECK(link.made.duplicate == 3);
}

TEST_CASE("one byte of a payload changes, and all of them may; without a payload none does") {
  Link link(faults("corrupt=100%"));
  const std::string packet("\x32\x0b\0\1a\0\7abcdef", 13);
  std::set<std::size_t> places;
  for (int i = 0; i < 200; ++i) {
    link.publish(packet);
    const std::string changed = link.gather(start);
    REQUIRE(changed.size() == packet.size());
    int changes = 0;
    for (std::size_t at = 0; at < packet.size(); ++at) {
      if (changed[at] == packet[at]) continue;
      ++changes;
      places.insert(at);
    }
    CHECK(changes == 1);
  }
  CHECK(places == std::set<std::size_t>{7, 8, 9, 10, 11, 12});
  CHECK(link.made.corrupt == 200);
  const std::string empty("\x30\3\0\1a", 5);
  link.publish(empty);
  CHECK(link.gather(start) == empty);
  CHECK(link.made.corrupt == 200);
}

TEST_CASE("a receiver finds as many of each fault as are counted") {
  Link link(faults("drop-publish=10%,duplicate=10%,corrupt=10%,reorder-topic=20%", 11));
  constexpr int sent = 20'000;
  std::string arrived;
  for (int i = 0; i < sent; ++i) {
    std::string number = std::to_string(i);
    number.insert(0, 6 - number.size(), '0');
    // Behind the number its text again: a byte that changes in either is noticed.
    link.publish(std::string("\x30\x0f\0\1a", 5) + number + number);
    arrived += link.gather(start);
  }
  arrived += link.gather(start + 1h);
  std::uint64_t corrupt = 0, duplicate = 0, late = 0;
  std::set<int> seen;
  REQUIRE(arrived.size() % 17 == 0);
  for (std::size_t at = 0; at < arrived.size(); at += 17) {
    const std::string number = arrived.substr(at + 5, 6);
    if (number != arrived.substr(at + 11, 6)) {
      ++corrupt;
      continue;
    }
    const int value = std::stoi(number);
    const bool behind = !seen.empty() && value < *seen.rbegin();
    if (!seen.insert(value).second) {
      ++duplicate;
    } else if (behind) {
      ++late;
    }
  }
  CHECK(corrupt > 1000);
  CHECK(late > 1000);
  CHECK(corrupt == link.made.corrupt);
  CHECK(duplicate == link.made.duplicate);
  CHECK(late == link.made.reorder_topic);
  CHECK(sent - seen.size() - corrupt == link.made.drop_publish);
}

TEST_CASE("output is held back, in its order") {
  Link link(faults("delay=100ms±90ms", 3));
  std::string expected;
  session::Time now = start;
  std::string arrived;
  for (int i = 0; i < 200; ++i, now += 5ms) {
    const std::string text = std::to_string(i) + ",";
    expected += text;
    link.publish(text);
    const std::string ready = link.gather(now);
    if (i < 2) CHECK(ready.empty());
    arrived += ready;
  }
  CHECK(link.link.size() == expected.size() - arrived.size());
  arrived += link.gather(now + 200ms);
  CHECK(arrived == expected);
  CHECK(link.made.delay == 200);
  CHECK(link.link.size() == 0);
}

TEST_CASE("acknowledgements vanish by their kind") {
  Link link(faults("drop-puback=100%,drop-pubcomp=100%"));
  const std::uint8_t pubcomp[] = {0x70, 2, 0, 1};
  const std::uint8_t pingresp[] = {0xD0, 0};
  link.out.append(pingresp);
  link.link.answered(link.out, 0);
  CHECK(link.out.size() == 2);
  link.out.append(pubcomp);
  link.link.answered(link.out, 2);
  CHECK(link.out.size() == 2);
  link.out.append(pubcomp);
  link.link.acknowledged(link.out, 2, QoS::exactly_once);
  CHECK(link.out.size() == 6);
  link.link.acknowledged(link.out, 2, QoS::at_least_once);
  CHECK(link.out.size() == 2);
  CHECK(link.made.drop_pubcomp == 1);
  CHECK(link.made.drop_puback == 1);
  CHECK(link.made.drop_pubrec == 0);
}
