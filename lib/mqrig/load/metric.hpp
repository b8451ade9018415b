// The times that a load test measures.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include <mqrig/stats/histogram.hpp>

namespace mqrig::load {

// Nanoseconds each. In open loop "from" is the intended time, whatever held the message up.
enum class Metric : std::uint8_t {
  connect,     // from the (intended) start of connecting to CONNACK
  subscribe,   // from SUBSCRIBE to SUBACK
  publish,     // from sending to PUBACK (QoS 1) or PUBCOMP (QoS 2)
  delivery,    // from sending to the arrival at a receiver, end to end
  round_trip,  // from sending a request to its response
  scheduling,  // from the intended time to when the generator came to it: its own lateness
};
inline constexpr std::size_t metric_count = 6;

std::string_view name(Metric metric) noexcept;         // "round_trip"
std::string_view description(Metric metric) noexcept;  // for a person

// One for each metric; null: nothing was recorded.
using Histograms = std::array<std::unique_ptr<stats::Histogram>, metric_count>;

void record(Histograms& histograms, Metric metric, std::uint64_t nanoseconds);
void merge(Histograms& into, const Histograms& from);

}  // namespace mqrig::load
