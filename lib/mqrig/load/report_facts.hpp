// What a report tells a person, before it is laid out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <mqrig/load/report.hpp>

namespace mqrig::load {

struct Fact {
  std::string label;
  std::string value;
};

// duration_text(), or what suits the reader better.
using DurationText = std::string (*)(double nanoseconds);

// What ran: scenario, broker, open or closed loop, time, machines, clock.
std::vector<Fact> run_facts(const Report& report, DurationText duration);
// What the generator itself took, and how late it was.
std::vector<Fact> generator_facts(const Report& report, DurationText duration);
// Of the whole run.
std::vector<Fact> connection_facts(const Report& report);

// Of the measured time.
struct RateRow {
  std::string label;
  std::string out;
  std::string in;
};
std::vector<RateRow> rate_rows(const Report& report);

// A line of the account of messages, of the whole run.
struct AccountRow {
  std::string label;
  std::array<std::optional<std::uint64_t>, 3> by_qos;  // all empty: not told apart
  std::uint64_t all = 0;
  bool fault = false;  // anything but 0 is one
};
std::vector<AccountRow> message_account(const Report& report);

// The step with the highest rate that met the objectives.
std::optional<CurvePoint> highest_met(const Report& report);

// Processor time for a million messages sent or received; nothing when there were none.
std::optional<double> cpu_seconds_per_million(const Report& report);

// "Round trip".
std::string title(Metric metric);

// "2026-11-22 06:30:00 UTC".
std::string utc_second_text(std::int64_t nanoseconds_since_1970);

}  // namespace mqrig::load
