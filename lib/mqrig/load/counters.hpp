// What a load test counts.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace mqrig::load {

using PerQos = std::array<std::uint64_t, 3>;

// Of some time, by everything that took part: they add up over intervals, threads, processes and
// machines.
struct Counters {
  // Connections
  std::uint64_t attempts = 0;        // to connect
  std::uint64_t connected = 0;       // CONNACK with success
  std::uint64_t resumed = 0;         // with the session present
  std::uint64_t connect_failed = 0;  // attempts without success, for any reason: see errors
  std::uint64_t lost = 0;            // connections that stood and ended without our wish
  std::uint64_t left = 0;            // connections that we ended
  // Subscriptions
  std::uint64_t subscribed = 0;
  std::uint64_t subscribe_refused = 0;
  // Messages out
  std::uint64_t scheduled = 0;        // became due, in open loop
  std::uint64_t unsent = 0;           // due, or handed to a connection, and never left us
  PerQos sent{};                      // handed to the network; resent ones are not counted again
  PerQos acknowledged{};              // QoS 1: PUBACK, 2: PUBCOMP, with success
  std::uint64_t publish_refused = 0;  // PUBACK or PUBREC with an error
  std::uint64_t unconfirmed = 0;      // QoS 1 and 2, sent and not acknowledged at the end
  PerQos expected{};  // deliveries of what was sent (QoS 1, 2: acknowledged), by the lower QoS of
                      // message and subscription
  std::uint64_t unconfirmed_deliveries = 0;  // deliveries that unconfirmed messages may have made
  // Messages in
  PerQos received{};            // PUBLISH packets with a new meaning to the session
  PerQos distinct{};            // stamped, ours, for the first time
  PerQos duplicates{};          // stamped, ours, again
  std::uint64_t reordered = 0;  // came after a later one of their stream
  PerQos corrupt{};             // ours, and the check does not hold
  std::uint64_t foreign = 0;    // without a stamp, or of another run
  std::uint64_t gaps = 0;  // missing within what one receiver saw of a stream: a lower bound of
                           // loss, for receivers without their senders
  std::uint64_t clock_skew = 0;  // arrived before they were sent, by the clocks
  // Requests
  std::uint64_t requests = 0;
  std::uint64_t responses = 0;  // received
  std::uint64_t responded = 0;  // responses sent, by responders of ours
  std::uint64_t request_timeouts = 0;
  // Network
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t payload_sent = 0;
  std::uint64_t payload_received = 0;
  std::uint64_t pings = 0;   // PINGREQs answered
  std::uint64_t errors = 0;  // all of ErrorCounts

  Counters& operator+=(const Counters& other) noexcept;
};

// Every number of Counters with its name, as in JSON, CSV and metrics: "sent", "sent_qos1".
struct CounterField {
  std::string_view name;
  std::string_view help;
  std::uint64_t (*get)(const Counters&);
  void (*add)(Counters&, std::uint64_t);
};
std::span<const CounterField> counter_fields() noexcept;

// What was counted as sent in an earlier interval, and never left, is taken back in a later one: a
// number that is negative by that is 0.
void make_positive(Counters& counters) noexcept;

std::uint64_t sum(const PerQos& values) noexcept;
// expected - distinct - corrupt, and not less than 0; see Counters::unconfirmed_deliveries. What
// came at a lower quality of service than it was to, because the broker granted no higher one, is
// not lost.
std::uint64_t lost_messages(const Counters& counters, std::size_t qos) noexcept;

}  // namespace mqrig::load
