// What becomes of a message on its way over a link: a function without network, disk or clock.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/bridge/settings.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::bridge {

// A message that is to be published at the target. Views are good for the call.
struct Forwarded {
  wire::Publish publish;       // topic, payload, qos, retain, properties
  const Rule* rule = nullptr;  // by which it goes
};

// Why a message did not go.
enum class Dropped : std::uint8_t {
  no_rule,   // matches none, or is excluded, or came by a subscription that overlaps another one
  unasked,   // matches no subscription: the session has some of an earlier bridge
  filtered,  // by `filter`, or `transform` or `split` gave nothing
  looped,    // was at the target already, by its path
  returned,  // was at the source already: another bridge knows that broker by another name
  hops,      // has passed as many bridges as it may
  retained,  // of before the subscription, and the rule does not want those
  invalid,   // its topic at the target would not be valid, or `filter`, `transform` or `split`
             // failed: see Sink::on_dropped()
};

// What a message was received from.
struct Source {
  Source(wire::Version protocol, bool bridge_bit = false) noexcept
      : version(protocol), as_bridge(bridge_bit) {}

  wire::Version version;
  // Below 5.0: the broker took the bridge bit of CONNECT, see client::Options::bridge.
  bool as_bridge;
};

// One direction of one link.
//
// A message goes by every rule that matches it, in their order, but not by one whose topic at the
// target another one has sent it to already. Expressions see it as it came: its topic, properties,
// QoS and retain flag are those of the source, its payload is the piece that `split` made.
//
// Loop prevention: a message that goes over a link with a 5.0 target gets the user property
// "mqrig-path", the names of the brokers that it has been at, separated by spaces, oldest first. It
// is dropped when the target or the source is one of them, or when it has passed max_hops bridges.
//
// With batch.format json_array the payload is what becomes an element of the array: see
// json_element().
//
// One thread at a time. What needs no change is passed on as the views that came in, and nothing is
// allocated then.
class Forwarder {
 public:
  class Sink {
   public:
    virtual void on_forwarded(const Forwarded& message) = 0;
    // `detail`: for Dropped::invalid a clause for a person, else empty.
    virtual void on_dropped(Dropped why, std::string_view detail) = 0;

   protected:
    ~Sink() = default;
  };

  // `source` is the side that messages come from. `source_name` and `target_name` are the names of
  // the brokers for the path (without space). `link` outlives the forwarder. Throws
  // std::invalid_argument with a sentence when an expression or a pattern is not valid; see
  // check_rules().
  Forwarder(const LinkSettings& link, Side source, std::string source_name,
            std::string target_name);
  ~Forwarder();
  Forwarder(Forwarder&&) noexcept;
  Forwarder& operator=(Forwarder&&) noexcept;

  // What is to be subscribed at the source: filters with prefix and share group; one that others
  // cover is left out. Views live as long as the forwarder. Empty when no rule goes this way.
  //
  // Filters that overlap in part make some brokers send a message once for each. At 5.0, where the
  // broker takes subscription identifiers, send one SUBSCRIBE for each subscription with its
  // position in the list + 1 as Subscription Identifier: forward() then takes one of the copies.
  // Without identifiers every copy goes.
  std::span<const wire::Subscription> subscriptions() const noexcept;

  // Calls the sink for everything that becomes of the message, at least once. `publish` is as it
  // was received.
  //
  // What was retained before the subscription is told from other messages by its retain flag where
  // a broker clears that of the others: below 5.0 without the bridge bit. Elsewhere the
  // subscriptions ask the broker not to send it (5.0), or it goes.
  void forward(const wire::Publish& publish, Source source, Sink& sink);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// What is wrong with a link, one sentence each that does not name it; `fatal` ones keep it from
// running, others are warnings (two rules overlap in part, a two-way rule would echo at 3.1.1 …).
struct RuleProblem {
  std::string text;
  bool fatal = true;
};
std::vector<RuleProblem> check_rules(const LinkSettings& link);

}  // namespace mqrig::bridge
