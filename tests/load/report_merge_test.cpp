#include <mqrig/load/report_merge.hpp>

#include <mqrig/load/common_rows.hpp>
#include <mqrig/load/report_json.hpp>

#include "random_sample.hpp"
#include "same_numbers.hpp"
#include "sample_report.hpp"

using namespace mqrig;
using namespace mqrig::load;

namespace {

constexpr std::int64_t second = 1'000'000'000;

Report shard_report(std::uint32_t shard, std::uint32_t shards) {
  Report report;
  report.run_id = "0123456789abcdef";
  report.scenario_text = "[[group]]\nclients = 10\n";
  report.host = "host" + std::to_string(shard);
  report.broker = "broker:1883";
  report.begin = 1'795'329'000 * second;
  report.shard = shard;
  report.shards = shards;
  report.clock = {true, 0.000'1, false};
  return report;
}

// As the coordinator of a run does with what its members report.
void add_interval(Report& report, double start, double duration, bool measured,
                  const Sample& sample) {
  Interval& interval = report.intervals.emplace_back();
  interval.start = start;
  interval.duration = duration;
  interval.measured = measured;
  interval.counters = sample.counters;
  interval.gauges = sample.gauges;
  interval.cpu_seconds = sample.cpu_seconds;
  interval.set_latency(sample.histograms, report.shards > 1);
  report.account += sample.counters;
  report.errors.merge(sample.errors);
  if (!measured) return;
  report.totals += sample.counters;
  merge(report.histograms, sample.histograms);
  report.measured_seconds += duration;
  report.cpu_seconds += sample.cpu_seconds;
}

Sample sent(std::uint64_t count) {
  Sample sample;
  sample.counters.sent[0] = count;
  sample.gauges.connected = 10;
  return sample;
}

std::string error_of(std::vector<Report> reports) {
  Report into;
  into.host = "as it was";
  std::string error = merge(std::move(reports), into);
  CHECK(into.host == "as it was");
  return error;
}

std::vector<Report> pair_of(Report one, Report other) {
  std::vector<Report> reports;
  reports.push_back(std::move(one));
  reports.push_back(std::move(other));
  return reports;
}

Report through_a_file(const Report& report) {
  std::string error;
  std::optional<Report> read = from_json(to_json(report), error);
  REQUIRE_MESSAGE(read, error);
  return std::move(*read);
}

void check_same_rows(const Report& one, const Report& other) {
  REQUIRE(one.intervals.size() == other.intervals.size());
  for (std::size_t row = 0; row < one.intervals.size(); ++row) {
    CAPTURE(row);
    const Interval& left = one.intervals[row];
    const Interval& right = other.intervals[row];
    CHECK(left.start == doctest::Approx(right.start));
    CHECK(left.duration == doctest::Approx(right.duration));
    CHECK(left.measured == right.measured);
    CHECK(numbers(left.counters) == numbers(right.counters));
    CHECK(numbers(left.gauges) == numbers(right.gauges));
    for (std::size_t metric = 0; metric < metric_count; ++metric) {
      CHECK(left.latency[metric].count == right.latency[metric].count);
      CHECK(left.latency[metric].p50 == right.latency[metric].p50);
      CHECK(left.latency[metric].p99 == right.latency[metric].p99);
      CHECK(left.latency[metric].p999 == right.latency[metric].p999);
      CHECK(left.latency[metric].max == right.latency[metric].max);
    }
  }
}

}  // namespace

TEST_CASE("shards that went through files make the report that one run of all would have made") {
  std::mt19937_64 random(2026);
  for (const std::uint32_t shards : {2U, 3U, 7U}) {
    CAPTURE(shards);
    Report whole = shard_report(1, 1);
    std::vector<Report> parts;
    for (std::uint32_t shard = 1; shard <= shards; ++shard) {
      parts.push_back(shard_report(shard, shards));
    }
    for (int row = 0; row < 8; ++row) {
      Sample all;
      for (Report& part : parts) {
        const Sample sample = random_sample(random);
        add_interval(part, row, 1, row >= 2, sample);
        all.counters += sample.counters;
        all.gauges += sample.gauges;
        all.errors.merge(sample.errors);
        merge(all.histograms, sample.histograms);
        all.cpu_seconds += sample.cpu_seconds;
      }
      add_interval(whole, row, 1, row >= 2, all);
    }
    std::vector<Report> read;
    for (const Report& part : parts) read.push_back(through_a_file(part));
    std::shuffle(read.begin(), read.end(), random);

    Report merged;
    REQUIRE(merge(std::move(read), merged) == "");
    CHECK(numbers(merged.totals) == numbers(whole.totals));
    CHECK(numbers(merged.account) == numbers(whole.account));
    CHECK(merged.errors.texts() == whole.errors.texts());
    CHECK(merged.measured_seconds == whole.measured_seconds);
    CHECK(merged.cpu_seconds == doctest::Approx(whole.cpu_seconds));
    CHECK(merged.merged == shards);
    check_same(merged.histograms, whole.histograms);
    check_same_rows(merged, whole);
  }
}

TEST_CASE("merging in steps gives what merging at once does") {
  std::mt19937_64 random(11);
  std::vector<Report> parts;
  for (std::uint32_t shard = 1; shard <= 3; ++shard) {
    parts.push_back(shard_report(shard, 3));
    for (int row = 0; row < 5; ++row) {
      add_interval(parts.back(), row, 1, true, random_sample(random));
    }
  }
  Report two;
  REQUIRE(merge(pair_of(through_a_file(parts[2]), through_a_file(parts[0])), two) == "");
  CHECK(two.merged_shards == std::vector<std::uint32_t>{1, 3});
  CHECK(two.warnings.front().starts_with("shards are missing (2 of 3)"));
  Report steps;
  REQUIRE(merge(pair_of(through_a_file(two), through_a_file(parts[1])), steps) == "");
  Report at_once;
  REQUIRE(merge(std::move(parts), at_once) == "");
  CHECK(steps.merged_shards == std::vector<std::uint32_t>{1, 2, 3});
  CHECK(steps.host == "host1, host3, host2");
  CHECK(numbers(steps.totals) == numbers(at_once.totals));
  check_same(steps.histograms, at_once.histograms);
  check_same_rows(steps, at_once);
}

TEST_CASE("loss that no shard can see is judged when all are together") {
  Report sender = shard_report(1, 2);
  sender.account.sent[1] = sender.account.expected[1] = 100;
  Report receiver = shard_report(2, 2);
  receiver.account.received[1] = receiver.account.distinct[1] = 98;
  REQUIRE(parse_objectives("loss=0", receiver.objectives) == "");
  judge(receiver);
  CHECK(receiver.violations.empty());
  Report merged;
  REQUIRE(merge(pair_of(std::move(sender), std::move(receiver)), merged) == "");
  REQUIRE(merged.violations.size() == 1);
  CHECK(merged.violations[0].text == "QoS 1: 2 of 100 deliveries lost");
  REQUIRE(merged.results.size() == 1);
  CHECK(merged.results[0].value == 2);
}

TEST_CASE("reports that are no parts of one run are not merged") {
  CHECK(error_of({}) == "there are no reports to merge");
  CHECK(error_of(pair_of(shard_report(1, 1), shard_report(2, 2))) ==
        "the report of run 0123456789abcdef on host1 is no shard: it ran without --shard");
  CHECK(error_of(pair_of(shard_report(1, 2), shard_report(1, 2))) == "shard 1 is there twice");
  CHECK(error_of(pair_of(shard_report(1, 2), shard_report(2, 3))) ==
        "shards 1 and 2 are not of the same run: one of 2 shards, the other of 3");
  Report other = shard_report(2, 2);
  other.scenario_text = "[[group]]\nclients = 20\n";
  CHECK(error_of(pair_of(shard_report(1, 2), std::move(other))) ==
        "shards 1 and 2 ran different scenarios: \"clients = 10\" and \"clients = 20\"");
  other = shard_report(2, 2);
  other.curve.emplace_back();
  CHECK(error_of(pair_of(shard_report(1, 2), std::move(other))) ==
        "a search for the highest rate can't be merged");
}

TEST_CASE("the clocks of two machines may be wrong in opposite directions") {
  Report merged;
  REQUIRE(merge(pair_of(shard_report(1, 2), shard_report(2, 2)), merged) == "");
  CHECK_FALSE(merged.clock.one_machine);
  CHECK(merged.clock.error_seconds == 0.0002);
}

TEST_CASE("shards that did not run together are told") {
  Report late = shard_report(2, 2);
  late.begin += 40 * second;
  Report early = shard_report(1, 2);
  for (int row = 0; row < 60; ++row) {
    add_interval(early, row, 1, true, sent(1));
    add_interval(late, row, 1, true, sent(1));
  }
  Report merged;
  REQUIRE(merge(pair_of(std::move(early), std::move(late)), merged) == "");
  CHECK(merged.run_warnings.front() ==
        "the shards did not run together: shard 2 began 40 s after shard 1, and rates are too "
        "high");
}

TEST_CASE("rows of shards whose clocks tick at other moments are put together by the wall clock") {
  Report one = shard_report(1, 2);
  Report other = shard_report(2, 2);
  other.begin += 3 * second + 400'000'000;  // started later, and between the ticks of the first
  for (int row = 0; row < 10; ++row) add_interval(one, row, 1, true, sent(100));
  for (int row = 0; row < 6; ++row) add_interval(other, row, 1, true, sent(1'000));
  Report merged;
  REQUIRE(merge(pair_of(std::move(one), std::move(other)), merged) == "");
  REQUIRE(merged.intervals.size() == 10);
  for (std::size_t row = 0; row < 10; ++row) {
    CAPTURE(row);
    const bool both = row >= 3 && row < 9;
    CHECK(sum(merged.intervals[row].counters.sent) == (both ? 1'100 : 100));
    CHECK(merged.intervals[row].gauges.connected == (both ? 20 : 10));
    CHECK(merged.intervals[row].start == static_cast<double>(row));
    CHECK(merged.intervals[row].duration == doctest::Approx(1));
  }
}

TEST_CASE("pieces at the ends of the measured time do not make a dip in the rate") {
  Report one = shard_report(1, 2);
  Report other = shard_report(2, 2);
  // 1,000 a second each, measured from 2 s on, with ticks at .0 and at .4.
  for (int row = 0; row < 6; ++row) add_interval(one, row, 1, row >= 2, sent(1'000));
  add_interval(other, 0.4, 1, false, sent(1'000));
  add_interval(other, 1.4, 0.6, false, sent(600));
  add_interval(other, 2, 0.4, true, sent(400));
  for (int row = 2; row < 5; ++row) add_interval(other, row + 0.4, 1, true, sent(1'000));
  add_interval(other, 5.4, 0.6, true, sent(600));
  Report merged;
  REQUIRE(merge(pair_of(std::move(one), std::move(other)), merged) == "");
  std::uint64_t measured = 0;
  for (const Interval& row : merged.intervals) {
    CAPTURE(row.start);
    CHECK(static_cast<double>(sum(row.counters.sent)) / row.duration == doctest::Approx(2'000));
    CHECK(row.gauges.connected == 20);
    if (row.measured) measured += sum(row.counters.sent);
  }
  CHECK(measured == sum(merged.totals.sent));
}

TEST_CASE("without its histogram a row has the largest percentiles of the shards") {
  Report one = shard_report(1, 2);
  Report other = shard_report(2, 2);
  Sample sample;
  record(sample.histograms, Metric::delivery, 1'000);
  add_interval(one, 0, 1, true, sample);
  record(sample.histograms, Metric::delivery, 2'000);
  record(sample.histograms, Metric::delivery, 2'000);
  add_interval(other, 0, 1, true, sample);
  const auto row = [&] {
    std::vector<Report> reports = pair_of(through_a_file(one), through_a_file(other));
    return common_rows(reports, one.begin, false).front().latency[3];
  };
  CHECK(row().p50 == 1'000);  // of 1, 1, 2, 2 us
  one.intervals[0].latency[3].hdr.clear();
  CHECK(row().p50 == 2'000);
  CHECK(row().count == 4);
}

TEST_CASE("no damage to a file makes merging or judging it go out of bounds") {
  std::mt19937_64 random(77);
  Report part = shard_report(2, 2);
  Sample sample;
  record_latencies(sample.histograms, Metric::delivery, 1e6, 20);
  sample.counters.sent[1] = 20;
  for (int row = 0; row < 3; ++row) add_interval(part, row, 1, true, sample);
  const std::string good = to_json(part);
  int read = 0;
  for (int round = 0; round < 2'000; ++round) {
    std::string text = good;
    for (int change = 0; change < 3; ++change) {
      // Digits become others more often than not, so that many files are still reports.
      const std::size_t place = random() % text.size();
      const bool digit = text[place] >= '0' && text[place] <= '9';
      text[place] = static_cast<char>(digit ? '0' + random() % 10 : 32 + random() % 95);
    }
    std::string error;
    std::optional<Report> damaged = from_json(text, error);
    CHECK(damaged.has_value() == error.empty());
    if (!damaged) continue;
    ++read;
    Report merged;
    merge(pair_of(shard_report(1, 2), std::move(*damaged)), merged);
  }
  CHECK(read > 20);
}
