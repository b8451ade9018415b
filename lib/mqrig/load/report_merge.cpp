#include <mqrig/load/report_merge.hpp>

#include <algorithm>
#include <cmath>

#include <mqrig/load/common_rows.hpp>
#include <mqrig/load/quantity_text.hpp>
#include <mqrig/load/scenario_difference.hpp>

namespace mqrig::load {
namespace {

std::vector<std::uint32_t> shards_of(const Report& report) {
  if (!report.merged_shards.empty()) return report.merged_shards;
  return {report.shard};
}

std::string check_pair(const Report& first, const Report& other) {
  const std::string names =
      "shards " + std::to_string(first.shard) + " and " + std::to_string(other.shard);
  if (first.shards != other.shards) {
    return names + " are not of the same run: one of " + std::to_string(first.shards) +
           " shards, the other of " + std::to_string(other.shards);
  }
  const std::string difference = scenario_difference(first, other);
  if (!difference.empty()) return names + " ran different scenarios: " + difference;
  return {};
}

std::string check(const std::vector<Report>& reports) {
  if (reports.empty()) return "there are no reports to merge";
  std::vector<std::uint32_t> shards;
  for (const Report& report : reports) {
    if (report.shards < 2) {
      return "the report of run " + report.run_id + " on " + report.host +
             " is no shard: it ran without --shard";
    }
    if (!report.curve.empty()) return "a search for the highest rate can't be merged";
    if (std::string fault = check_pair(reports.front(), report); !fault.empty()) return fault;
    for (const std::uint32_t shard : shards_of(report)) {
      if (std::find(shards.begin(), shards.end(), shard) != shards.end()) {
        return "shard " + std::to_string(shard) + " is there twice";
      }
      shards.push_back(shard);
    }
  }
  return {};
}

void add_text(std::string& list, const std::string& text) {
  if ((", " + list + ", ").find(", " + text + ", ") != list.npos) return;
  list.append(list.empty() ? "" : ", ").append(text);
}

void add_objectives(const std::vector<Objective>& from, std::vector<Objective>& into) {
  for (const Objective& objective : from) {
    const auto same = [&](const Objective& other) { return other.text == objective.text; };
    if (std::none_of(into.begin(), into.end(), same)) into.push_back(objective);
  }
}

// Two clocks differ by as much as both may be wrong.
void add_clock(const Report& from, Report& into) {
  into.clock.one_machine &= from.clock.one_machine && from.host == into.host;
  into.clock.synchronised &= from.clock.synchronised;
}

double two_largest_errors(const std::vector<Report>& reports) {
  std::vector<double> errors;
  for (const Report& report : reports) errors.push_back(report.clock.error_seconds);
  std::sort(errors.rbegin(), errors.rend());
  return errors.size() < 2 ? errors.front() : errors[0] + errors[1];
}

void add_counts(const Report& from, Report& into) {
  into.totals += from.totals;
  into.account += from.account;
  into.gauges_peak += from.gauges_peak;
  into.errors.merge(from.errors);
  merge(into.histograms, from.histograms);
}

void add_run(const Report& from, Report& into) {
  add_clock(from, into);
  add_text(into.host, from.host);
  add_text(into.broker, from.broker);
  into.begin = std::min(into.begin, from.begin);
  into.processes += from.processes;
  into.threads += from.threads;
  into.asked_rate += from.asked_rate;
  into.cpu_seconds += from.cpu_seconds;
  into.measured_seconds = std::max(into.measured_seconds, from.measured_seconds);
  if (into.interrupted == 0) into.interrupted = from.interrupted;
  const std::vector<std::uint32_t> shards = shards_of(from);
  into.merged_shards.insert(into.merged_shards.end(), shards.begin(), shards.end());
  add_objectives(from.objectives, into.objectives);
}

// Wall clock, nanoseconds.
std::int64_t measuring_since(const Report& report) {
  for (const Interval& interval : report.intervals) {
    if (interval.measured) return report.begin + std::llround(interval.start * 1e9);
  }
  return report.begin;
}

// Rates of different times do not add up to a rate.
std::string apart(const std::vector<Report>& reports, double measured_seconds) {
  const auto earlier = [](const Report& one, const Report& other) {
    return measuring_since(one) < measuring_since(other);
  };
  const auto [first, last] = std::minmax_element(reports.begin(), reports.end(), earlier);
  const double seconds =
      static_cast<double>(measuring_since(*last) - measuring_since(*first)) / 1e9;
  if (seconds < 1 || seconds < 0.05 * measured_seconds) return {};
  return "the shards did not run together: shard " + std::to_string(last->shard) + " began " +
         duration_text(seconds * 1e9) + " after shard " + std::to_string(first->shard) +
         ", and rates are too high";
}

void add_run_warnings(const std::vector<Report>& reports, Report& into) {
  for (const Report& report : reports) {
    const bool named = report.merged_shards.size() > 1;
    for (const std::string& warning : report.run_warnings) {
      into.run_warnings.push_back(named ? warning
                                        : "shard " + std::to_string(report.shard) + ": " + warning);
    }
  }
  std::string warning = apart(reports, into.measured_seconds);
  if (!warning.empty()) into.run_warnings.push_back(std::move(warning));
}

// What all have in common, from the first.
Report start_of(const Report& first) {
  Report report;
  report.version = first.version;
  report.run_id = first.run_id;
  report.scenario_name = first.scenario_name;
  report.scenario_text = first.scenario_text;
  report.host = first.host;
  report.begin = first.begin;
  report.shard = first.shard;
  report.shards = first.shards;
  report.processes = report.threads = 0;
  report.open_loop = first.open_loop;
  report.loop_text = first.loop_text;
  report.clock = first.clock;
  return report;
}

}  // namespace

std::string merge(std::vector<Report> reports, Report& into) {
  if (std::string fault = check(reports); !fault.empty()) return fault;
  std::sort(reports.begin(), reports.end(),
            [](const Report& one, const Report& other) { return one.shard < other.shard; });
  Report merged = start_of(reports.front());
  for (const Report& report : reports) {
    add_counts(report, merged);
    add_run(report, merged);
  }
  std::sort(merged.merged_shards.begin(), merged.merged_shards.end());
  merged.merged = static_cast<std::uint32_t>(merged.merged_shards.size());
  if (merged.clock.one_machine) {
    merged.clock.error_seconds = reports.front().clock.error_seconds;
  } else {
    merged.clock.error_seconds = two_largest_errors(reports);
  }
  if (merged.open_loop) {
    merged.loop_text = "open loop, " +
                       value_text(merged.asked_rate, merged.asked_rate < 100 ? 1 : 0) +
                       " messages/s";
  }
  merged.intervals = common_rows(reports, merged.begin, merged.merged < merged.shards);
  add_run_warnings(reports, merged);
  judge(merged);
  into = std::move(merged);
  return {};
}

}  // namespace mqrig::load
