// What a load test does: client groups and phases, as data.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <mqrig/wire/property.hpp>
#include <mqrig/wire/types.hpp>

namespace mqrig::load {

using Nanoseconds = std::chrono::nanoseconds;

// How much the payloads that arrive are looked at.
enum class Verify : std::uint8_t {
  none,   // counted only
  basic,  // stamps are read: loss, duplicates, order, latency
  full,   // and the check over every bit
};

// Weights of the qualities of service among the messages or subscriptions of a group; not all 0.
// Messages go through them in a fixed mixed order, so that the shares are exact.
using QosMix = std::array<std::uint32_t, 3>;

struct PayloadSettings {
  enum class Kind : std::uint8_t { size, text, file, lines };
  Kind kind = Kind::size;
  std::uint32_t smallest = 64;  // bytes, stamp included; below 16 there is no stamp
  std::uint32_t largest = 64;
  std::string text;                // of kind text: a template
  std::string path;                // of kind file
  std::vector<std::string> lines;  // of kind lines, one message each, again and again
  // Contents of kinds text, file and lines are sent as they are, without a stamp, unless this is
  // set: then it goes before them. Sizes always have one.
  bool stamp = false;

  bool operator==(const PayloadSettings&) const = default;
};

// A property of PUBLISH (5.0) as a person writes it: the name as the specification has it, with
// dashes ("content-type"), numbers in decimal. The key is that of a user property, else empty.
struct MessageProperty {
  std::string name;
  std::string key;
  std::string value;

  bool operator==(const MessageProperty&) const = default;
};

struct PublishSettings {
  std::string topic = "bench/{client}";  // a TextTemplate
  PayloadSettings payload;
  QosMix qos{1, 0, 0};
  bool retain = false;
  std::vector<MessageProperty> properties;  // 5.0, of every message; see encode_properties()
  // Open loop when set: messages a second of all clients of the group together, at level 1 of a
  // phase.
  double rate = 0;
  // Closed loop: QoS 1 and 2 messages on their way at once, of one client; also the bound in open
  // loop. 0: what the broker's Receive Maximum allows, 100 when it does not say (closed loop),
  // 65535 (open loop).
  std::uint16_t inflight = 0;
  Nanoseconds think{};  // closed loop: from the end of a message (QoS 0: from sending it) to the
                        // next of that client
  std::uint64_t count =
      0;  // messages of the whole group, over all processes; 0: as the phases last
  bool request =
      false;  // each message is a request: a Response Topic, and the round trip is measured
  std::string response_topic =
      "bench/response/{client}";  // a template; each requester subscribes to its own

  bool operator==(const PublishSettings&) const = default;
};

struct SubscribeSettings {
  std::string filter = "bench/#";  // a TextTemplate
  QosMix qos{1, 0, 0};             // of the clients of the group
  std::string share;               // a template of the name of a shared group; empty: none
  bool no_local = false;           // 5.0
  // In `filter` and `share`, {client} counts from the first number to `cycle` numbers, and begins
  // again: several clients subscribe to one topic, or are members of one shared group. 0: it is
  // the client's own number. Never in the client identifier.
  std::uint32_t cycle = 0;

  bool operator==(const SubscribeSettings&) const = default;
};

// What clients do when their run ends.
enum class Leave : std::uint8_t {
  clean,    // with DISCONNECT
  unclean,  // closing the network connection
};

// A repeated loss of all connections of the group at once.
struct StormSettings {
  Nanoseconds interval{};  // from all being connected again to the next; 0: no storm
  Leave leave = Leave::unclean;

  bool operator==(const StormSettings&) const = default;
};

struct Group {
  std::string name = "clients";
  std::uint32_t clients = 1;
  std::string client_id = "bench-{run}-{group}-{client}";  // a TextTemplate
  std::optional<std::string> user_name;  // a TextTemplate, over that of the connection options
  std::optional<wire::Version> version;  // over the connection options, as the next three
  std::optional<std::uint16_t> keep_alive;
  std::optional<bool> clean_start;
  std::optional<std::uint32_t> session_expiry;
  std::optional<PublishSettings> publish;
  std::vector<SubscribeSettings> subscribe;
  bool respond = false;  // answers each message on its Response Topic (5.0) or on the requester's
                         // response topic
  Nanoseconds ramp{};  // connects are spread over this time; 0: as fast as connects_at_once allows
  StormSettings storm;
  Leave leave = Leave::clean;
  Nanoseconds lifetime{};  // a connection leaves after it, and connects again; 0: stays
  bool will = false;       // the will of the connection options

  bool operator==(const Group&) const = default;
};

enum class PhaseKind : std::uint8_t {
  ramp,   // the level goes from one to another
  hold,   // one level
  spike,  // one level, above the others
  drain,  // nothing is sent: what is on its way arrives
};

// A stretch of time of all groups with a rate. In closed loop level 0 means pause, anything else
// go.
struct Phase {
  std::string name;
  PhaseKind kind = PhaseKind::hold;
  Nanoseconds duration{};
  double from = 1;  // level, a factor of the groups' rates, at the start and at the end
  double to = 1;
  bool measured = true;  // false: warm-up, in no result but the account of messages

  // A hold without a duration.
  bool endless() const noexcept { return kind == PhaseKind::hold && duration.count() == 0; }
  bool operator==(const Phase&) const = default;
};

struct Scenario {
  std::string name =
      "pub";  // pub, sub, conn, pubsub, rr, fanout, fanin, shared, or that of the file
  std::vector<Group> groups;
  std::vector<Phase> phases;            // empty: until the counts are reached, or for ever
  std::uint32_t connects_at_once = 64;  // of a thread, under way
  Nanoseconds connect_timeout = std::chrono::seconds(30);
  Nanoseconds drain_timeout =
      std::chrono::seconds(5);  // without anything arriving, while something is awaited
  Verify verify = Verify::basic;
  std::vector<std::string> slo;  // see slo.hpp

  bool operator==(const Scenario&) const = default;
};

// Empty, or the first thing that is wrong with it, for the person: templates, topics, counts,
// levels, properties.
std::string check(const Scenario& scenario);

// Appends what is encoded of them. Empty, or what is wrong with the first that can't be, for the
// person.
std::string encode_properties(const std::vector<MessageProperty>& properties,
                              wire::PropertyWriter& into);

}  // namespace mqrig::load
