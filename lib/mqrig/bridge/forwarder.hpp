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
  filtered,  // by `filter`, or `transform` gave nothing
  looped,    // was at the target already, by its path
  hops,      // has passed as many bridges as it may
  retained,  // of before the subscription, and the rule does not want those
  invalid,   // its topic at the target would not be valid, `transform` or `split` failed: see
             // Sink::on_dropped()
};

// One direction of one link.
//
// Loop prevention: a message that goes over a link with a 5.0 target gets the user property
// "mqrig-path", the names of the brokers that it has been at, separated by spaces, oldest first. It
// is dropped when the target is one of them, or when it has passed max_hops bridges.
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

  // What is to be subscribed at the source: filters with prefix and share group; one that others
  // cover is left out. With identifiers of 5.0 (position in the list + 1, when `identifiers`) a
  // broker that delivers a message once for each subscription is understood.
  // Views live as long as the forwarder. Empty when no rule goes this way.
  std::span<const wire::Subscription> subscriptions() const noexcept;

  // Calls the sink for everything that becomes of the message, at least once. `publish` is as it
  // was received. `version` is the source's.
  void forward(const wire::Publish& publish, wire::Version version, Sink& sink);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// What is wrong with the rules of a link, one sentence each; `fatal` ones keep it from running,
// others are warnings (two rules overlap in part, a two-way rule would echo at 3.1.1 …).
struct RuleProblem {
  std::string text;
  bool fatal = true;
};
std::vector<RuleProblem> check_rules(const LinkSettings& link);

}  // namespace mqrig::bridge
