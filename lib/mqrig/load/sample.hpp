// What one shard has to tell about one interval.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <mqrig/load/counters.hpp>
#include <mqrig/load/error_counts.hpp>
#include <mqrig/load/metric.hpp>

namespace mqrig::load {

// Of the present moment.
struct Gauges {
  std::uint64_t clients = 0;    // of the shard
  std::uint64_t connected = 0;  // CONNACK received, connection stands
  std::uint64_t ready = 0;      // connected, and subscribed where they are to
  std::uint64_t given_up = 0;   // will not come: refused for good
  std::uint64_t in_flight = 0;  // QoS 1 and 2 messages sent and not acknowledged
  std::uint64_t backlog = 0;    // due messages that wait to be sent

  Gauges& operator+=(const Gauges& other) noexcept;
};

// Every number of Gauges with its name, as in JSON, CSV and metrics. CounterField has names that
// are alike: files say gauges.connected, or gauge_connected.
struct GaugeField {
  std::string_view name;
  std::string_view help;
  std::uint64_t Gauges::*member;
};
std::span<const GaugeField> gauge_fields() noexcept;

// The stages of a run, as the coordinator orders them and shards report that they are reached.
enum class Stage : std::uint8_t {
  idle,
  connecting,  // connect, subscribe
  connected,   // every client is ready or given up
  publishing,
  sent,  // nothing more is to be sent: counts reached, schedule over or stopped
  draining,
  drained,  // nothing is awaited any more, as far as one shard knows
  leaving,
  done,
};

struct Sample {
  std::chrono::steady_clock::time_point start{};
  std::chrono::steady_clock::time_point end{};
  Stage stage = Stage::idle;
  Counters counters;      // of the interval
  Gauges gauges;          // at its end
  Histograms histograms;  // of the interval
  ErrorCounts errors;
  double cpu_seconds = 0;  // user and system, of the shard's thread
};

// Between the processes of one program on one machine: appended, and taken off the front. The
// histograms come out as they went in, but for the last bit of the mean. False when there is no
// whole one yet, with an empty `error`, and when the bytes are none: `error` says so, a clause for
// a person, nothing is taken and `sample` is unspecified.
void encode(std::string& out, const Sample& sample);
bool decode(std::string_view& in, Sample& sample, std::string& error);

}  // namespace mqrig::load
