#include <mqrig/load/counters.hpp>

#include <algorithm>
#include <limits>
#include <numeric>

namespace mqrig::load {
namespace {

template <std::uint64_t Counters::*Member>
constexpr CounterField field(std::string_view name, std::string_view help) {
  return {name, help, [](const Counters& counters) { return counters.*Member; },
          [](Counters& counters, std::uint64_t value) { counters.*Member += value; }};
}

template <PerQos Counters::*Member, std::size_t Qos>
constexpr CounterField field(std::string_view name, std::string_view help) {
  return {name, help, [](const Counters& counters) { return (counters.*Member)[Qos]; },
          [](Counters& counters, std::uint64_t value) { (counters.*Member)[Qos] += value; }};
}

constexpr CounterField fields[] = {
    field<&Counters::attempts>("attempts", "attempts to connect"),
    field<&Counters::connected>("connected", "connections accepted by the broker"),
    field<&Counters::resumed>("resumed", "connections that resumed a session"),
    field<&Counters::connect_failed>("connect_failed", "attempts to connect that failed"),
    field<&Counters::lost>("connections_lost", "connections that ended without our wish"),
    field<&Counters::left>("connections_left", "connections that the run ended"),
    field<&Counters::subscribed>("subscribed", "subscriptions granted"),
    field<&Counters::subscribe_refused>("subscribe_refused", "subscriptions refused"),
    field<&Counters::scheduled>("scheduled", "messages that became due"),
    field<&Counters::unsent>("unsent", "messages that never left the generator"),
    field<&Counters::sent, 0>("sent_qos0", "messages sent at QoS 0"),
    field<&Counters::sent, 1>("sent_qos1", "messages sent at QoS 1"),
    field<&Counters::sent, 2>("sent_qos2", "messages sent at QoS 2"),
    field<&Counters::acknowledged, 1>("acknowledged_qos1", "messages acknowledged by PUBACK"),
    field<&Counters::acknowledged, 2>("acknowledged_qos2", "messages completed by PUBCOMP"),
    field<&Counters::publish_refused>("publish_refused", "messages the broker did not take"),
    field<&Counters::unconfirmed>("unconfirmed", "messages not acknowledged at the end"),
    field<&Counters::expected, 0>("expected_qos0", "deliveries at QoS 0 to be expected"),
    field<&Counters::expected, 1>("expected_qos1", "deliveries at QoS 1 to be expected"),
    field<&Counters::expected, 2>("expected_qos2", "deliveries at QoS 2 to be expected"),
    field<&Counters::unconfirmed_deliveries>("unconfirmed_deliveries",
                                             "deliveries that unconfirmed messages may make"),
    field<&Counters::received, 0>("received_qos0", "messages received at QoS 0"),
    field<&Counters::received, 1>("received_qos1", "messages received at QoS 1"),
    field<&Counters::received, 2>("received_qos2", "messages received at QoS 2"),
    field<&Counters::distinct, 0>("distinct_qos0", "different messages received at QoS 0"),
    field<&Counters::distinct, 1>("distinct_qos1", "different messages received at QoS 1"),
    field<&Counters::distinct, 2>("distinct_qos2", "different messages received at QoS 2"),
    field<&Counters::duplicates, 0>("duplicates_qos0", "messages received again at QoS 0"),
    field<&Counters::duplicates, 1>("duplicates_qos1", "messages received again at QoS 1"),
    field<&Counters::duplicates, 2>("duplicates_qos2", "messages received again at QoS 2"),
    field<&Counters::reordered>("reordered", "messages that came after a later one"),
    field<&Counters::corrupt, 0>("corrupt_qos0", "messages changed on their way at QoS 0"),
    field<&Counters::corrupt, 1>("corrupt_qos1", "messages changed on their way at QoS 1"),
    field<&Counters::corrupt, 2>("corrupt_qos2", "messages changed on their way at QoS 2"),
    field<&Counters::foreign>("foreign", "messages of somebody else"),
    field<&Counters::gaps>("gaps", "messages missing between others"),
    field<&Counters::clock_skew>("clock_skew", "messages that came before they were sent"),
    field<&Counters::requests>("requests", "requests sent"),
    field<&Counters::responses>("responses", "responses received"),
    field<&Counters::responded>("responded", "responses sent"),
    field<&Counters::request_timeouts>("request_timeouts", "requests without a response in time"),
    field<&Counters::bytes_sent>("bytes_sent", "bytes written to the network"),
    field<&Counters::bytes_received>("bytes_received", "bytes read from the network"),
    field<&Counters::payload_sent>("payload_sent", "bytes of payloads sent"),
    field<&Counters::payload_received>("payload_received", "bytes of payloads received"),
    field<&Counters::pings>("pings", "keep-alive requests that were answered"),
    field<&Counters::errors>("errors", "errors of all kinds"),
};

}  // namespace

Counters& Counters::operator+=(const Counters& other) noexcept {
  for (const CounterField& counter : fields) counter.add(*this, counter.get(other));
  return *this;
}

std::span<const CounterField> counter_fields() noexcept {
  return fields;
}

void make_positive(Counters& counters) noexcept {
  for (const CounterField& counter : fields) {
    const std::uint64_t value = counter.get(counters);
    if (value > std::numeric_limits<std::uint64_t>::max() / 2) counter.add(counters, 0 - value);
  }
}

std::uint64_t sum(const PerQos& values) noexcept {
  return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
}

std::uint64_t lost_messages(const Counters& counters, std::size_t qos) noexcept {
  const auto arrived = [&](std::size_t at) { return counters.distinct[at] + counters.corrupt[at]; };
  std::uint64_t unexpected = 0;
  for (std::size_t at = 0; at < qos; ++at) {
    unexpected += arrived(at) - std::min(arrived(at), counters.expected[at]);
  }
  // Those of higher qualities have made up for their own first.
  for (std::size_t at = counters.expected.size() - 1; at > qos; --at) {
    const std::uint64_t missing =
        counters.expected[at] - std::min(counters.expected[at], arrived(at));
    unexpected -= std::min(unexpected, missing);
  }
  const std::uint64_t missing =
      counters.expected[qos] - std::min(counters.expected[qos], arrived(qos));
  return missing - std::min(missing, unexpected);
}

}  // namespace mqrig::load
