// What a bridge is told: links between brokers, and rules of what goes over them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <mqrig/client/options.hpp>
#include <mqrig/store/spool.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::bridge {

// The two brokers of a link are called as mosquitto's bridge calls them: `local` and `remote`.
enum class Side : std::uint8_t { local, remote };
constexpr Side other(Side side) noexcept {
  return side == Side::local ? Side::remote : Side::local;
}

enum class Direction : std::uint8_t {
  out,  // from local to remote
  in,   // from remote to local
  both,
};

enum class RetainRule : std::uint8_t {
  keep,   // as it was published
  drop,   // never set
  force,  // always set
};

// What happens when a queue has reached a limit.
enum class FullPolicy : std::uint8_t {
  block,        // nothing more is read from the source until there is room
  drop_oldest,  // the oldest message that is not on its way gives way
  reject,  // the source is told that its message is not taken (5.0: quota exceeded), and it is lost
};

enum class PayloadSplit : std::uint8_t { none, json_array, lines };

// A property that a rule sets: `key` only of a user property.
struct PropertyToSet {
  wire::PropertyId id{};
  std::string key;
  std::string text;           // of texts and binary data
  std::uint32_t integer = 0;  // of the others
};
// A property that a rule removes; an empty key of a user property means all of them.
struct PropertyToRemove {
  wire::PropertyId id{};
  std::string key;
};

// Which messages go over a link, and what becomes of them. A message goes by every rule that
// matches it, but never twice to the same topic.
struct Rule {
  std::vector<std::string> filters;  // without prefix and $share
  std::vector<std::string>
      exclude;  // filters of topics that do not go, in the source's terms (with its prefix)
  Direction direction = Direction::out;

  // By prefix, as mosquitto: at the local broker `local_prefix` + topic, at the remote one
  // `remote_prefix` + topic.
  std::string local_prefix;
  std::string remote_prefix;
  // By pattern, when not empty: the topic at the target, in which "{1}", "{2}" … are what the "+"
  // of the filter matched, "{#}" what its "#" did (no text when that was the parent level, nor a
  // '/' before it),
  // "{topic}" the whole topic; "{{" and "}}" are braces. Applied before the target's prefix; the
  // source's prefix is taken off first. Not with Direction::both.
  std::string target;

  wire::QoS max_qos = wire::QoS::exactly_once;
  std::optional<wire::QoS> qos;  // fixed: whatever it came with
  RetainRule retain = RetainRule::keep;
  bool initial_retained = true;  // what is retained when the subscription is made goes, too

  bool pass_properties = true;  // of 5.0, user properties included
  std::vector<PropertyToRemove> remove_properties;
  std::vector<PropertyToSet> set_properties;
  // Response topics are mapped as topics of the opposite direction are; else they go as they are.
  bool map_response_topic = true;
  std::optional<std::uint32_t> expiry;  // seconds, for messages that have none

  std::string filter;     // see payload::Expression: the message goes when it is true
  std::string transform;  // the same: its value is the new payload; undefined or null: does not go
  PayloadSplit split = PayloadSplit::none;  // one message for each element or line, before `filter`
  store::Batch batch;
  bool spool_qos_0 =
      false;  // messages of QoS 0 wait for a target that is away; else they are dropped
};

struct SideSettings {
  client::Options client;  // all but exchange, clean_start, will and dial, which the link decides
  // Who the broker is, in every bridge that reaches it, for loop prevention. Empty: made of its
  // address, see broker_name().
  std::string name;
  std::string share;  // group of a shared subscription; empty: none
};

struct Limits {
  std::uint64_t bytes = 0;  // 0: none, as the others
  std::uint64_t messages = 0;
  std::chrono::milliseconds age{0};  // older messages are dropped
  FullPolicy policy = FullPolicy::block;
};

struct LinkSettings {
  std::string name;  // unique; part of client identifiers, queue names, metrics
  SideSettings local;
  SideSettings remote;
  std::vector<Rule> rules;

  bool spool =
      false;  // messages of QoS 1 and 2 are on the disk before their source is acknowledged
  std::uint16_t window =
      1000;         // QoS 1 and 2 messages in flight to each side, within its Receive Maximum
  Limits limits;    // of each direction
  double rate = 0;  // messages a second in each direction; 0: as fast as it goes
  bool loop_prevention = true;
  // Bridges that a message may pass, this one included. None: 1 for rules of both directions, 16
  // for others.
  std::optional<unsigned> max_hops;

  // Retained, "1" while both sides are connected, else "0"; at the local broker, and with
  // `notify_remote` at the remote one. Empty: none.
  std::string notification_topic;
  bool notify_remote = false;
  // Counters are published below it at the local broker, retained: "<topic>/out/forwarded" … Empty:
  // none.
  std::string status_topic;
  std::chrono::milliseconds status_interval{10'000};

  // Two links of the same text are the same link: a reload leaves it running.
  std::string fingerprint;
};

struct Settings {
  std::string spool_path;  // needed by links with `spool`
  std::vector<LinkSettings> links;
};

}  // namespace mqrig::bridge
