#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <mqrig/load/report_compare.hpp>

#include "sample_report.hpp"

using namespace mqrig::load;

namespace {

// A run of `seconds` with about 10,000 messages a second, times `rate`, that took about 1 ms, times
// `latency`; both vary by some percent from one second to the next.
Report run(unsigned seed, int seconds, double rate, double latency) {
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> noise(0, 0.03);
  Report report;
  for (int second = 0; second < seconds; ++second) {
    Interval& interval = report.intervals.emplace_back();
    interval.start = second;
    interval.duration = 1;
    interval.measured = true;
    const double sent = 10'000 * rate * noise(random);
    interval.counters.sent[0] = interval.counters.received[0] = static_cast<std::uint64_t>(sent);
    Histograms histograms;
    record_latencies(histograms, Metric::delivery, 1e6 * latency * noise(random), 2'000,
                     seed * 1'000 + static_cast<unsigned>(second));
    interval.set_latency(histograms, false);
    merge(report.histograms, histograms);
    report.totals += interval.counters;
  }
  report.measured_seconds = seconds;
  return report;
}

const ComparedValue& value(const Comparison& comparison, std::string_view name) {
  for (const ComparedValue& candidate : comparison.values) {
    if (candidate.name == name) return candidate;
  }
  FAIL("no value " << name);
  return comparison.values.front();
}

}  // namespace

TEST_CASE("a latency that grew surely beyond the tolerance is a regression") {
  const Comparison comparison = compare(run(1, 30, 1, 1), run(2, 30, 1, 1.2), 0.05);
  const ComparedValue& p50 = value(comparison, "delivery.p50");
  CHECK(p50.ratio == doctest::Approx(1.2).epsilon(0.03));
  CHECK(p50.low < p50.ratio);
  CHECK(p50.low > 1.1);
  CHECK(p50.high < 1.3);
  CHECK(p50.change == Change::worse);
  CHECK(value(comparison, "rate_sent").change == Change::same);
  CHECK(comparison.regressed());
}

TEST_CASE("the other way round it is an improvement") {
  const Comparison comparison = compare(run(2, 30, 1, 1.2), run(1, 30, 1, 1), 0.05);
  CHECK(value(comparison, "delivery.p99").change == Change::better);
  CHECK_FALSE(comparison.regressed());
}

TEST_CASE("of rates more is better") {
  CHECK(value(compare(run(1, 30, 1, 1), run(2, 30, 0.8, 1), 0.05), "rate_received").change ==
        Change::worse);
  CHECK(value(compare(run(1, 30, 1, 1), run(2, 30, 1.2, 1), 0.05), "rate_received").change ==
        Change::better);
}

TEST_CASE("a change within the tolerance is none, however sure") {
  const Comparison comparison = compare(run(1, 200, 1, 1), run(2, 200, 1, 1.05), 0.1);
  CHECK(value(comparison, "delivery.p50").low > 1.02);
  CHECK(value(comparison, "delivery.p50").change == Change::same);
}

TEST_CASE("a change that may be chance is no regression") {
  Report a = run(1, 6, 1, 1);
  Report b = run(2, 6, 1, 1);
  for (std::size_t second = 0; second < 6; ++second) {
    // Three times as much in some seconds, as little as before in others.
    if (second % 2 == 0) b.intervals[second].latency[3].p99 *= 3;
  }
  const Comparison comparison = compare(a, b, 0.05);
  CHECK(value(comparison, "delivery.p99").ratio > 1.3);
  CHECK(value(comparison, "delivery.p99").change == Change::unclear);
  CHECK_FALSE(comparison.regressed());
}

TEST_CASE("runs of the same kind are told apart in about 5 of 100 cases") {
  int excluded = 0;
  const int pairs = 400;
  for (unsigned pair = 0; pair < pairs; ++pair) {
    std::mt19937_64 random(pair);
    std::lognormal_distribution<double> noise(0, 0.2);
    std::vector<Report> reports(2);
    for (Report& report : reports) {
      report.measured_seconds = 12;
      for (int second = 0; second < 12; ++second) {
        Interval& interval = report.intervals.emplace_back();
        interval.duration = 1;
        interval.measured = true;
        interval.counters.sent[0] = static_cast<std::uint64_t>(1e6 * noise(random));
        report.totals += interval.counters;
      }
    }
    const Comparison comparison = compare(reports[0], reports[1], 0.05);
    const ComparedValue& rate = value(comparison, "rate_sent");
    if (rate.low > 1 || rate.high < 1) ++excluded;
  }
  CHECK(excluded > 0);
  CHECK(excluded <= pairs * 7 / 100);
}

TEST_CASE("seconds that are like the ones before tell less") {
  std::vector<Report> steady(2);
  std::vector<Report> wandering(2);
  for (const bool wanders : {false, true}) {
    for (std::size_t side = 0; side < 2; ++side) {
      Report& report = (wanders ? wandering : steady)[side];
      report.measured_seconds = 40;
      for (int second = 0; second < 40; ++second) {
        Interval& interval = report.intervals.emplace_back();
        interval.duration = 1;
        interval.measured = true;
        const bool high = wanders ? second / 10 % 2 == 0 : second % 2 == 0;
        interval.counters.sent[0] = high ? 1'100 : 1'000;
        report.totals += interval.counters;
      }
    }
  }
  const Comparison of_steady = compare(steady[0], steady[1], 0.05);
  const Comparison of_wandering = compare(wandering[0], wandering[1], 0.05);
  const double narrow = value(of_steady, "rate_sent").high;
  const double wide = value(of_wandering, "rate_sent").high;
  CHECK(wide - 1 > 2 * (narrow - 1));
}

TEST_CASE("a stall of one second is told, though it changes no other") {
  const Report a = run(1, 30, 1, 1);
  Report b = run(2, 30, 1, 1);
  for (int message = 0; message < 700; ++message) {
    record(b.histograms, Metric::delivery, 1'000'000'000);
  }
  const Comparison comparison = compare(a, b, 0.05);
  CHECK_FALSE(comparison.regressed());
  REQUIRE(comparison.warnings.size() == 2);
  CHECK(
      comparison.warnings[0].starts_with("delivery.p99 of the whole runs changed by a factor of "));
}

TEST_CASE("few intervals give a ratio without a verdict") {
  const Comparison comparison = compare(run(1, 30, 1, 1), run(2, 4, 1, 2), 0.05);
  const ComparedValue& p50 = value(comparison, "delivery.p50");
  CHECK(p50.ratio == doctest::Approx(2).epsilon(0.1));
  CHECK(p50.high == 0);
  CHECK(p50.change == Change::unclear);
  CHECK(comparison.warnings ==
        std::vector<std::string>{
            "not enough intervals to tell chance from change: 4, and 5 are needed"});
}

TEST_CASE("different scenarios, and nothing in common, are told") {
  Report a = run(1, 10, 1, 1);
  Report b = run(2, 10, 1, 1);
  a.scenario_text = "clients = 1\n";
  b.scenario_text = "clients = 2\n";
  CHECK(compare(a, b, 0.05).warnings.front() ==
        "the runs had different scenarios: \"clients = 1\" and \"clients = 2\"");
  CHECK(compare(Report(), Report(), 0.05).warnings.front() ==
        "the runs have nothing in common to compare");
}

TEST_CASE("a comparison as text and as JSON") {
  Comparison comparison;
  comparison.tolerance = 0.05;
  comparison.values.push_back({"rate_sent", true, 10'000, 10'100, 1.01, 0.99, 1.03, Change::same});
  comparison.values.push_back({"delivery.p99", false, 2e6, 4e6, 2, 1.8, 2.2, Change::worse});
  comparison.values.push_back({"publish.p50", false, 1e6, 1e6, 1, 0, 0, Change::unclear});
  comparison.warnings.push_back("a warning");
  CHECK(to_text(comparison) ==
        "                     A         B    B/A            95 %  \n"
        "rate_sent     10,000/s  10,100/s  1.010  0.990 to 1.030  same\n"
        "delivery.p99      2 ms      4 ms  2.000  1.800 to 2.200  worse\n"
        "publish.p50       1 ms      1 ms  1.000               -  unclear\n"
        "warning: a warning\n"
        "B is worse than A (tolerance 5 %)\n");
  const auto json = nlohmann::json::parse(to_json(comparison));
  CHECK(json["regressed"] == true);
  CHECK(json["values"][0]["unit"] == "1/s");
  CHECK(json["values"][1]["verdict"] == "worse");
  CHECK(json["values"][2]["low"] == nullptr);
  CHECK(json["warnings"][0] == "a warning");
}
