#include <mqrig/load/report_warnings.hpp>

#include <algorithm>

#include <mqrig/load/quantity_text.hpp>

namespace mqrig::load {
namespace {

using Warnings = std::vector<std::string>;

constexpr std::uint64_t late = 1'000'000;  // ns, of the generator at p99
constexpr double busy = 0.9;               // of a thread's time
constexpr double kept_rate = 0.99;         // of the messages that were due
constexpr std::uint64_t few = 1000;        // values: p99.9 rests on the last one

const stats::Histogram* histogram_of(const Report& report, Metric metric) noexcept {
  const auto& histogram = report.histograms[static_cast<std::size_t>(metric)];
  return histogram && !histogram->empty() ? histogram.get() : nullptr;
}

std::string plural(std::uint64_t count, const std::string& noun) {
  return count_text(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string were(std::uint64_t count, const std::string& noun) {
  return plural(count, noun) + (count == 1 ? " was" : " were");
}

std::string missing_shards(const Report& report) {
  std::string text;
  for (std::uint32_t shard = 1; shard <= report.shards && text.size() < 40; ++shard) {
    const auto& present = report.merged_shards;
    const bool found = present.empty() ? shard == report.shard
                                       : std::binary_search(present.begin(), present.end(), shard);
    if (!found) text.append(text.empty() ? "" : ", ").append(std::to_string(shard));
  }
  return text;
}

void about_completeness(const Report& report, Warnings& into) {
  const Counters& account = report.account;
  if (report.interrupted != 0) {
    into.push_back("the run was interrupted after " + duration_text(report.measured_seconds * 1e9) +
                   " of measuring");
  }
  if (report.merged < report.shards) {
    into.push_back("shards are missing (" + missing_shards(report) + " of " +
                   std::to_string(report.shards) +
                   "): loss is what receivers saw missing, a lower bound");
  } else if (sum(account.expected) == 0 && account.gaps > 0) {
    into.push_back("the senders are not part of the run: the " + plural(account.gaps, "message") +
                   " missing between others are a lower bound of what was lost");
  }
  if (account.unconfirmed_deliveries > 0) {
    into.push_back(plural(account.unconfirmed, "message") +
                   " had no acknowledgement at the end and may hide as many as " +
                   count_text(account.unconfirmed_deliveries) + " losses");
  }
}

// Was it the generator that the run has measured?
void about_the_generator(const Report& report, Warnings& into) {
  const std::string limit = "the generator, not the broker, was the limit: ";
  const double threads = std::max<std::uint32_t>(report.threads, 1);
  const double load =
      report.measured_seconds > 0 ? report.cpu_seconds / (report.measured_seconds * threads) : 0;
  const double due = static_cast<double>(report.totals.scheduled);
  const double sent = static_cast<double>(sum(report.totals.sent));
  const bool missed = report.open_loop && sent < due * kept_rate;
  const std::string rates = missed && report.measured_seconds > 0
                                ? rate_text(due / report.measured_seconds) + " were due and " +
                                      rate_text(sent / report.measured_seconds) + " sent"
                                : std::string();
  const std::string threads_busy =
      "its threads were busy for " + percent_text(std::min(load, 1.0)) + " of the time";
  const stats::Histogram* lateness = histogram_of(report, Metric::scheduling);
  if (report.open_loop && lateness != nullptr && lateness->value_at(99) > late) {
    into.push_back(limit + "it was " + duration_text(static_cast<double>(lateness->value_at(99))) +
                   " late at p99 (scheduling.p99)");
  }
  if (load >= busy && (missed || !report.open_loop) && sent > 0) {
    into.push_back(limit + (missed ? rates + ", and " : "") + threads_busy);
  } else if (missed && !rates.empty()) {
    into.push_back("the rate was not reached: " + rates);
  }
  if (report.account.unsent > 0) {
    into.push_back(were(report.account.unsent, "message") + " due and never left");
  }
}

void about_clocks(const Report& report, Warnings& into) {
  const ClockNote& clock = report.clock;
  const stats::Histogram* delivery = histogram_of(report, Metric::delivery);
  const double error = clock.error_seconds * 1e9;
  if (!clock.one_machine && !clock.synchronised) {
    into.push_back(
        "the clock of a machine is not synchronised: latencies between machines are wrong by as "
        "much as the clocks differ");
  } else if (!clock.one_machine && delivery != nullptr &&
             error > static_cast<double>(delivery->value_at(50)) / 10) {
    into.push_back("the clocks of the machines may differ by " + duration_text(error) +
                   ", and so may latencies between them");
  }
  if (report.account.clock_skew > 0) {
    into.push_back(plural(report.account.clock_skew, "message") +
                   " arrived before they were sent, by the clocks, and count as 0 ns");
  }
}

void about_what_happened(const Report& report, Warnings& into) {
  const Counters& account = report.account;
  if (account.lost > 0) into.push_back(were(account.lost, "connection") + " lost");
  if (report.gauges_peak.given_up > 0) {
    into.push_back(count_text(report.gauges_peak.given_up) + " of " +
                   plural(report.gauges_peak.clients, "client") + " did not take part to the end");
  }
  if (account.subscribe_refused > 0) {
    into.push_back(were(account.subscribe_refused, "subscription") + " refused");
  }
  if (account.publish_refused > 0) {
    into.push_back(were(account.publish_refused, "message") + " refused by the broker");
  }
  if (account.foreign > 0) {
    into.push_back(plural(account.foreign, "message") + " of somebody else arrived");
  }
  if (account.reordered > 0) {
    into.push_back(plural(account.reordered, "message") + " arrived after a later one");
  }
  const std::optional<Metric> felt = felt_metric(report.histograms);
  if (felt && *felt != Metric::connect && histogram_of(report, *felt)->count() < few) {
    into.push_back("only " + count_text(histogram_of(report, *felt)->count()) + " values of " +
                   std::string(name(*felt)) + ": the high percentiles say little");
  }
}

}  // namespace

void add_warnings(const Report& report, Warnings& into) {
  about_completeness(report, into);
  about_the_generator(report, into);
  about_clocks(report, into);
  about_what_happened(report, into);
}

}  // namespace mqrig::load
