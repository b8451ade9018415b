#include <doctest/doctest.h>

#include <mqrig/load/report.hpp>
#include <mqrig/load/slo.hpp>

#include "sample_report.hpp"

using namespace mqrig::load;

namespace {

Objective parsed(std::string_view text) {
  std::vector<Objective> objectives;
  const std::string error = parse_objectives(text, objectives);
  REQUIRE_MESSAGE(error.empty(), error);
  REQUIRE(objectives.size() == 1);
  return objectives.front();
}

std::string error_of(std::string_view text) {
  std::vector<Objective> objectives;
  std::string error = parse_objectives(text, objectives);
  CHECK(objectives.empty());
  return error;
}

ObjectiveResult judged(std::string_view text, const Report& report) {
  return judge({parsed(text)}, report).front();
}

}  // namespace

TEST_CASE("an objective has a quantity, a comparison and a limit in units of its own") {
  const Objective p99 = parsed("p99<5ms");
  CHECK(p99.text == "p99<5ms");
  CHECK(p99.quantity == "p99");
  CHECK(p99.op == Objective::Operator::less);
  CHECK(p99.limit == 5e6);

  CHECK(parsed("delivery.p99.9<=20ms").quantity == "delivery.p99.9");
  CHECK(parsed("delivery.p99.9<=20ms").op == Objective::Operator::at_most);
  CHECK(parsed("p50 < 250 us").limit == 250e3);
  CHECK(parsed("max<1s").limit == 1e9);
  CHECK(parsed("min>=0").limit == 0);
  CHECK(parsed("scheduling.mean<80ns").limit == 80);
  CHECK(parsed("rate>50k/s").limit == 50'000);
  CHECK(parsed("throughput>=1.5M").limit == 1'500'000);
  CHECK(parsed("errors==0").op == Objective::Operator::equal);
  CHECK(parsed("connect_failed<=3").limit == 3);
}

TEST_CASE("a percentage is a limit of its own kind") {
  CHECK(parsed("loss<0.1%").limit == 0.001);
  CHECK(parsed("loss<0.1%").fraction);
  CHECK(parsed("connected=100%").limit == 1);
  CHECK_FALSE(parsed("loss=0").fraction);
}

TEST_CASE("several objectives are separated by commas") {
  std::vector<Objective> objectives;
  CHECK(parse_objectives("p99<5ms, loss=0,rate>50k/s", objectives) == "");
  CHECK(objectives.size() == 3);
  CHECK(objectives[1].text == "loss=0");
}

TEST_CASE("what is wrong with an objective is told, and what exists") {
  CHECK(error_of("") == "an objective is empty; write them as p99<5ms,loss=0");
  CHECK(error_of("loss=0,") == "an objective is empty; write them as p99<5ms,loss=0");
  CHECK(error_of("p99") == "objective \"p99\": has no comparison; write it as p99<5ms or loss=0");
  CHECK(error_of("p99<5") ==
        "objective \"p99<5\": p99 wants a time with its unit, such as 5ms "
        "(ns, us, ms, s), not \"5\"");
  CHECK(error_of("rate>50%") ==
        "objective \"rate>50%\": rate wants a rate, such as 50000/s or 50k/s, not \"50%\"");
  CHECK(error_of("errors<1%") ==
        "objective \"errors<1%\": errors wants a number, such as 0, 1000 or 5k, not \"1%\"");
  CHECK(error_of("loss<101%").find("a percentage from 0 to 100") != std::string::npos);
  CHECK(error_of("loss=-1").find("not \"-1\"") != std::string::npos);
  const std::string unknown = error_of("lost=0");
  CHECK(unknown.find("there is no quantity \"lost\"; did you mean loss?") != std::string::npos);
  CHECK(unknown.find("throughput") != std::string::npos);
  CHECK(error_of("delivry.p99<1ms").find("did you mean delivery?") != std::string::npos);
  CHECK(error_of("p101<1ms").find("there is no quantity") != std::string::npos);
  CHECK(error_of("publish.rate<1ms").find("there is no quantity") != std::string::npos);
}

TEST_CASE("a percentile without a metric is what a user feels") {
  Report report;
  record(report.histograms, Metric::connect, 1000);
  CHECK(judged("p50<1us", report).value == 1000);
  record(report.histograms, Metric::publish, 2000);
  CHECK(judged("p50<1us", report).value == 2000);
  record(report.histograms, Metric::delivery, 3);
  CHECK(judged("p50<1us", report).value == 3);
  record(report.histograms, Metric::round_trip, 4);
  CHECK(judged("p50<1us", report).value == 4);
  CHECK(judged("connect.max<2us", report).value == 1000);
}

TEST_CASE("objectives are met or not by the run's numbers") {
  Report report = sample_report();
  report.account.distinct[1] -= 3;
  report.errors.add("connect: Connection refused", 2);

  CHECK(judged("rate>=1k/s", report).met);
  CHECK(judged("rate>=1k/s", report).value_text == "1,000/s");
  CHECK_FALSE(judged("rate>1k/s", report).met);
  CHECK(judged("loss=0", report).value == 3);
  CHECK_FALSE(judged("loss=0", report).met);
  CHECK(judged("loss<0.1%", report).met);
  CHECK(judged("loss<0.1%", report).value_text == "0.03 %");
  CHECK(judged("connected=100%", report).met);
  CHECK(judged("connected=100", report).met);
  CHECK(judged("errors<=1", report).value == 2);
  CHECK(judged("duplicates=0", report).met);
  CHECK(judged("sent_qos1=10k", report).met);
  CHECK(judged("p50<2.1ms", report).met);
  CHECK_FALSE(judged("p99.99<2.1ms", report).met);
}

TEST_CASE("messages that never came took longer than any limit") {
  Report report = sample_report();
  report.account.distinct[1] -= 500;  // of 10,000: 5 %
  CHECK(judged("p90<10ms", report).met);
  const ObjectiveResult result = judged("p99<10s", report);
  CHECK_FALSE(result.met);
  CHECK_FALSE(result.value);
  CHECK(result.value_text == "never: too many did not come");
  CHECK_FALSE(judged("max<10s", report).met);
  CHECK_FALSE(judged("mean<10s", report).met);
}

TEST_CASE("messages that a frozen broker kept from being sent count as well") {
  Report report = sample_report();
  report.account.unsent = 2000;
  CHECK(judged("p80<10ms", report).met);
  CHECK_FALSE(judged("p99<10s", report).met);
  report.account.unsent = 0;
  report.account.unconfirmed = report.account.unconfirmed_deliveries = 2000;
  CHECK_FALSE(judged("p99<10s", report).met);
}

TEST_CASE("where messages were to come and none did, connecting is not what is felt") {
  Report report = sample_report();
  report.histograms = Histograms();
  record(report.histograms, Metric::connect, 1000);
  CHECK(judged("p99<1s", report).value_text == "not measured");
  report.account.expected = {};
  CHECK(judged("p99<1s", report).value_text == "not measured");
  report.account = Counters();
  CHECK(judged("p99<1s", report).met);
}

TEST_CASE("what the run has not measured is not met") {
  const Report empty;
  for (const char* text : {"loss=0", "p99<1s", "rate>=0", "connected=100%", "corrupt<1%"}) {
    CAPTURE(text);
    const ObjectiveResult result = judged(text, empty);
    CHECK_FALSE(result.met);
    CHECK_FALSE(result.value);
    CHECK(result.value_text == "not measured");
  }
}
