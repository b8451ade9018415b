#include <mqrig/load/report_json.hpp>

#include <nlohmann/json.hpp>

#include "same_numbers.hpp"
#include "sample_report.hpp"

using namespace mqrig::load;
using Json = nlohmann::json;

namespace {

// With what sample_report() lacks.
Report full_report() {
  Report report = sample_report();
  report.shard = 2;
  report.shards = 3;
  report.clock = {true, 0.25, false};
  report.interrupted = 2;
  report.errors.add("connect: Connection refused", 7);
  report.curve.push_back({1000, 999, 998, 1, 2, 3, 0.001, false, "loss=0"});
  report.run_warnings = {"worker 3 ended"};
  Histograms histograms;
  record_latencies(histograms, Metric::publish, 1e6, 50);
  report.intervals[3].set_latency(histograms, true);
  report.account.duplicates[2] = 4;
  report.account.corrupt[0] = 1;
  REQUIRE(parse_objectives("p99<5ms,loss=0,rate>2k/s", report.objectives) == "");
  judge(report);
  return report;
}

std::string error_of(const std::string& text) {
  std::string error;
  CHECK_FALSE(from_json(text, error));
  return error;
}

// The error of a report that was changed.
template <class Change>
std::string error_after(Change&& change) {
  Json json = Json::parse(to_json(full_report()));
  change(json);
  return error_of(json.dump());
}

}  // namespace

TEST_CASE("a report comes back from JSON with everything in it") {
  const Report report = full_report();
  const std::string text = to_json(report);
  std::string error;
  const std::optional<Report> read = from_json(text, error);
  REQUIRE_MESSAGE(read, error);
  CHECK(to_json(*read) == text);
  CHECK(read->begin == report.begin);
  CHECK(numbers(read->account) == numbers(report.account));
  CHECK(read->errors.texts() == report.errors.texts());
  CHECK(read->objectives.size() == 3);
  CHECK(read->objectives[0].limit == 5e6);
  CHECK(read->results[2].value == 1000);
  CHECK(read->intervals[3].latency[2].hdr == report.intervals[3].latency[2].hdr);
  check_same(read->histograms, report.histograms);
}

TEST_CASE("the keys that programs of others read") {
  const Json json = Json::parse(to_json(full_report()));
  CHECK(json["schema"] == 1);
  CHECK(json["run"]["begin"] == "2026-11-22T06:30:00.000000Z");
  CHECK(json["totals"]["sent"] == 10'000);
  CHECK(json["totals"]["sent_qos1"] == 10'000);
  CHECK(json["totals"]["lost"] == 0);
  CHECK(json["totals"]["lost_exactly"] == false);  // a shard of three
  CHECK(json["totals"]["rate_sent"] == 1000.0);
  CHECK(json["account"]["connected"] == 100);
  CHECK(json["latency"]["delivery"]["count"] == 10'000);
  CHECK(json["latency"]["delivery"]["p50"].get<double>() == doctest::Approx(2e6).epsilon(0.05));
  CHECK(json["latency"]["delivery"]["p99_9"] > json["latency"]["delivery"]["p99"]);
  CHECK_FALSE(json["latency"].contains("round_trip"));
  CHECK(json["errors"]["connect: Connection refused"] == 7);
  CHECK(json["intervals"].size() == 10);
  CHECK(json["intervals"][0]["counters"]["sent_qos1"] == 1000);
  CHECK_FALSE(json["intervals"][0]["counters"].contains("sent_qos0"));
  CHECK(json["intervals"][0]["latency"]["delivery"].contains("p99_9"));
  CHECK(json["objectives"][0]["operator"] == "<");
  CHECK(json["objectives"][2]["met"] == false);
  CHECK(json["objectives"][1]["value"] == 0);
  CHECK(json["violations"][0]["qos"] == 0);
  CHECK(json["violations"][1]["qos"] == 2);
  CHECK(json["warnings"][0] == "worker 3 ended");
}

TEST_CASE("rates of no time are null") {
  const Json json = Json::parse(to_json(Report()));
  CHECK(json["totals"]["rate_sent"] == nullptr);
  CHECK(json["totals"]["lost"] == nullptr);
}

TEST_CASE("what is no report is told, with the place") {
  CHECK(error_of("") == "is not a report of mqrig bench: it is not JSON");
  CHECK(error_of("[]") == "is not a report of mqrig bench: it is not a JSON object");
  CHECK(error_of("{}") == "is not a report of mqrig bench: it has no schema");
  CHECK(error_of(R"({"schema":1,"run":{},"totals":{}})") ==
        "is not a report of mqrig bench: it has no account");
  CHECK(error_after([](Json& json) { json["totals"]["sent_qos1"] = -5; }) ==
        "is not a report of mqrig bench: totals.sent_qos1 is not a whole number from 0 to "
        "18446744073709551615");
  CHECK(error_after([](Json& json) { json["intervals"][4]["start"] = "x"; }) ==
        "is not a report of mqrig bench: intervals[4].start is not a number");
  CHECK(error_after([](Json& json) { json["intervals"] = 7; }) ==
        "is not a report of mqrig bench: intervals is not a list");
  CHECK(error_after([](Json& json) { json["run"]["shard"] = 4; }) ==
        "is not a report of mqrig bench: run.shard is not one of 1 to 3");
  CHECK(error_after([](Json& json) { json["latency"]["delivery"]["hdr"] = "AAAA"; }) ==
        "is not a report of mqrig bench: latency.delivery.hdr is not a histogram of HdrHistogram "
        "V2 of 3 digits");
  CHECK(error_after([](Json& json) { json["latency"]["delivery"]["hdr"] = "?"; }) ==
        "is not a report of mqrig bench: latency.delivery.hdr is not Base64");
  CHECK(error_after([](Json& json) { json["latency"]["delivery"]["count"] = 3; }) ==
        "is not a report of mqrig bench: latency.delivery.hdr has 10000 values, and count is 3");
  CHECK(error_after([](Json& json) {
          json["objectives"][0]["text"] = "quick";
        }).starts_with("is not a report of mqrig bench: objectives[0].text is not an objective"));
}

TEST_CASE("a newer schema is told as such") {
  CHECK(error_after([](Json& json) { json["schema"] = 2; }) ==
        "has schema 2, and this mqrig reads schema 1 only: read it with a newer mqrig");
}

TEST_CASE("keys of newer versions of the schema are passed over") {
  Json json = Json::parse(to_json(full_report()));
  json["totals"]["sent_qos7"] = "seven";
  json["weather"] = {{"wind", 3}};
  std::string error;
  CHECK(from_json(json.dump(), error));
}

TEST_CASE("text of the broker that is not UTF-8 does not break the file") {
  Report report = sample_report();
  report.errors.add("connect: \xFF", 1);
  std::string error;
  CHECK(from_json(to_json(report), error));
}
