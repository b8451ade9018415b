#include <doctest/doctest.h>

#include <mqrig/load/report.hpp>

#include "sample_report.hpp"

using namespace mqrig::load;

namespace {

std::vector<std::string> violations(Report report) {
  judge(report);
  std::vector<std::string> texts;
  for (const Violation& violation : report.violations) texts.push_back(violation.text);
  return texts;
}

std::vector<std::string> warnings(Report report) {
  judge(report);
  return report.warnings;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a run that went well has neither violations nor warnings") {
  CHECK(violations(sample_report()) == Texts{});
  CHECK(warnings(sample_report()) == Texts{});
}

TEST_CASE("loss breaks the promise of QoS 1 and 2, not of QoS 0") {
  for (const std::size_t qos : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    CAPTURE(qos);
    Report report = sample_report();
    report.account.expected[qos] = 10'000;
    report.account.distinct[qos] = 9'997;
    CHECK(violations(std::move(report)).size() == (qos == 0 ? 0 : 1));
  }
  Report report = sample_report();
  report.account.distinct[1] -= 3;
  CHECK(violations(std::move(report)) == Texts{"QoS 1: 3 of 10,000 deliveries lost"});
}

TEST_CASE("a duplicate breaks the promise of QoS 2 only") {
  Report report = sample_report();
  report.account.duplicates = {1, 2, 0};
  CHECK(violations(std::move(report)) == Texts{});
  report = sample_report();
  report.account.duplicates[2] = 1;
  CHECK(violations(std::move(report)) == Texts{"QoS 2: 1 message delivered more than once"});
}

TEST_CASE("changed content breaks every promise") {
  Report report = sample_report();
  report.account.corrupt[0] = 2;
  report.account.corrupt[1] = 1;
  report.account.distinct[1] -= 1;
  CHECK(violations(std::move(report)) == Texts{"QoS 0: 2 messages arrived with changed content",
                                               "QoS 1: 1 message arrived with changed content"});
}

TEST_CASE("warm-up and drain are part of the account of messages") {
  Report report = sample_report();
  report.totals.distinct[1] = 0;  // all arrived after the measured time
  CHECK(violations(std::move(report)) == Texts{});
}

TEST_CASE("receivers without their senders know a lower bound of loss") {
  Report report = sample_report();
  report.account.expected = {};
  report.account.gaps = 5;
  CHECK(loss_of(report).lost == 5);
  CHECK_FALSE(loss_of(report).exact);
  CHECK(violations(sample_report()) == Texts{});
  CHECK(warnings(std::move(report)) ==
        Texts{"the senders are not part of the run: the 5 messages missing between others are a "
              "lower bound of what was lost"});
}

TEST_CASE("loss is not judged while shards are missing") {
  Report report = sample_report();
  report.shards = 4;
  report.merged = 2;
  report.merged_shards = {1, 3};
  report.account.distinct[1] = 5'000;  // the receivers of the rest are elsewhere
  CHECK(violations(std::move(report)) == Texts{});
  report = sample_report();
  report.shards = 4;
  report.merged = 2;
  report.merged_shards = {1, 3};
  CHECK(warnings(std::move(report)) ==
        Texts{"shards are missing (2, 4 of 4): loss is what receivers saw missing, a lower bound"});
}

TEST_CASE("who comes back without a session may have lost messages") {
  Report report = sample_report();
  report.account.distinct[1] -= 3;
  report.account.lost = 1;
  report.account.connected = 101;
  CHECK(violations(std::move(report)) == Texts{});
  report = sample_report();
  report.account.distinct[1] -= 3;
  report.account.lost = 1;
  report.account.connected = 101;
  report.account.resumed = 1;
  CHECK(violations(std::move(report)) == Texts{"QoS 1: 3 of 10,000 deliveries lost"});
}

TEST_CASE("a message without an acknowledgement may hide a loss") {
  Report report = sample_report();
  report.account.unconfirmed = 1;
  report.account.unconfirmed_deliveries = 10;
  CHECK(warnings(std::move(report)) ==
        Texts{"1 message had no acknowledgement at the end and may hide as many as 10 losses"});
}

TEST_CASE("a generator that was late is named as the limit") {
  Report report = sample_report();
  for (int value = 0; value < 1000; ++value) {
    record(report.histograms, Metric::scheduling, 40'000'000);
  }
  CHECK(warnings(std::move(report)) ==
        Texts{"the generator, not the broker, was the limit: it was 40 ms late at p99 "
              "(scheduling.p99)"});
}

TEST_CASE("a rate that was missed is told, with the generator as the cause where it was busy") {
  Report report = sample_report();
  report.totals.scheduled = 20'000;
  CHECK(warnings(std::move(report)) ==
        Texts{"the rate was not reached: 2,000/s were due and 1,000/s sent"});
  report = sample_report();
  report.totals.scheduled = 20'000;
  report.cpu_seconds = 19.6;  // of two threads
  CHECK(warnings(std::move(report)) ==
        Texts{"the generator, not the broker, was the limit: 2,000/s were due and 1,000/s sent, "
              "and its threads were busy for 98 % of the time"});
}

TEST_CASE("a busy generator is the limit of a closed loop") {
  Report report = sample_report();
  report.open_loop = false;
  report.cpu_seconds = 19;
  CHECK(warnings(std::move(report)) ==
        Texts{"the generator, not the broker, was the limit: its threads were busy for 95 % of "
              "the time"});
}

TEST_CASE("clocks matter between machines only") {
  Report report = sample_report();
  report.clock = {false, 0.5, true};
  CHECK(warnings(std::move(report)) == Texts{});
  report = sample_report();
  report.clock = {false, 0, false};
  CHECK(warnings(std::move(report)).front().find("not synchronised") != std::string::npos);
  report = sample_report();
  report.clock = {true, 0.001, false};
  CHECK(warnings(std::move(report)) ==
        Texts{"the clocks of the machines may differ by 1 ms, and so may latencies between them"});
  report = sample_report();
  report.clock = {true, 0.000'001, false};
  CHECK(warnings(std::move(report)) == Texts{});
}

TEST_CASE("judging again replaces what was judged, and keeps what the run had to say") {
  Report report = sample_report();
  report.run_warnings = {"worker 3 ended"};
  report.account.lost = 1;
  REQUIRE(parse_objectives("loss=0", report.objectives) == "");
  judge(report);
  judge(report);
  CHECK(report.results.size() == 1);
  CHECK(report.warnings == Texts{"worker 3 ended", "1 connection was lost"});
}

TEST_CASE("a run without messages has measured nothing, but for one that only connects") {
  Report report;
  CHECK(measured_nothing(report));
  report.account.connected = 5;
  CHECK_FALSE(measured_nothing(report));
  report.loop_text = "closed loop, 100 in flight";
  CHECK(measured_nothing(report));
  report.account.sent[0] = 1;
  CHECK_FALSE(measured_nothing(report));

  Report subscribers;
  subscribers.account.connected = subscribers.account.subscribed = 5;
  CHECK(measured_nothing(subscribers));
  subscribers.account.received[0] = 1;
  CHECK_FALSE(measured_nothing(subscribers));
}

TEST_CASE("a run of which the broker took nothing has measured nothing") {
  Report publishers;
  publishers.loop_text = "closed loop, 100 in flight";
  publishers.account.sent[1] = publishers.account.publish_refused = 7;
  CHECK(measured_nothing(publishers));
  publishers.account.sent[0] = 1;
  CHECK_FALSE(measured_nothing(publishers));

  Report subscribers;
  subscribers.account.connected = subscribers.account.subscribe_refused = 5;
  CHECK(measured_nothing(subscribers));
  subscribers.account.subscribed = 1;
  subscribers.account.received[0] = 1;
  CHECK_FALSE(measured_nothing(subscribers));
}
