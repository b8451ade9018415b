#include <doctest/doctest.h>

#include <apps/mqrig/bench/report_text.hpp>
#include <sstream>

#include "report_gallery.hpp"

using mqrig::bench::report_text;
using mqrig::test::gallery_report;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the tables at the end of a run that went well") {
  CHECK(report_text(gallery_report("normal"), false) == R"(mqrig bench pubsub
  Broker                127.0.0.1:1883
  Load                  open loop, 10,000 messages/s; the schedule does not wait
                        for the broker
  Measured              27 s of a run of 30 s
  Started               2026-11-25 06:30:00 UTC
  Generator             2 threads on bench-1
  Clock                 one for all times: latencies are exact
  Run                   9f3c02d1a7b84e65, mqrig 0.1.0

Rates
                                       out                in
  messages a second                9,998/s           9,998/s
  messages                         269,948           269,948
  payload                         640 kB/s          640 kB/s
  network                         840 kB/s          880 kB/s

Latency
                                p50        p90        p99      p99.9        max
  Connect                   1.27 ms     1.7 ms    2.22 ms    22.3 ms    22.3 ms
  Publish                    294 us     427 us    1.81 ms    6.96 ms      15 ms
  Delivery                   419 us     610 us    2.61 ms    10.6 ms    29.5 ms
  Scheduling                9.06 us    12.7 us    52.6 us     205 us     402 us

Messages of the whole run
                               QoS 0         QoS 1         QoS 2           all
  sent                             0       293,976             0       293,976
  acknowledged                     -       293,976             0       293,976
  expected                         0       293,976             0       293,976
  received                         0       293,976             0       293,976
  lost                             0             0             0             0
  duplicates                       0             0             0             0
  reordered                        -             -             -             0
  corrupt                          0             0             0             0

Connections
  Clients               110
  Connected at once     110
  Connects              110 of 110 attempts

Generator
  CPU time              837 ms, 3.1 % of one core
  CPU per 1M messages   1.55 s
  Own delay             p50 9.06 us, p99 52.6 us, max 402 us

Objectives
  met    p99<10ms   (2.61 ms)
  met    loss=0   (0)
  met    rate>9k/s   (9,998/s)

PASSED: all 3 objectives are met
)");
}

TEST_CASE("what went wrong is told by kind, and the verdict comes last") {
  const std::string text = report_text(gallery_report("failed"), false);
  CHECK(contains(text, "\n  lost                             0         1,204 "));
  CHECK(contains(text, "\n            12  "));
  CHECK(contains(text, "Connection reset by peer\n"));
  CHECK(contains(text, "\n  missed p99<10ms   ("));
  CHECK(contains(text, "\n  violation: QoS 1: 1,204 of 293,976 deliveries lost\n"));
  CHECK(text.ends_with("\nFAILED: 3 of 4 objectives missed, 1 guarantee of MQTT broken\n"));
}

TEST_CASE("a search shows each rate that was tried") {
  const std::string text = report_text(gallery_report("search"), false);
  CHECK(contains(text, "\n   160k/s   160k/s   136k/s"));
  CHECK(contains(text, "  Highest rate          120,000/s met the objectives\n"));
}

TEST_CASE("tables fit 80 columns, whatever the numbers are") {
  for (const char* name : {"normal", "failed", "empty", "huge", "search", "connections", "long"}) {
    std::istringstream lines(report_text(gallery_report(name), false));
    for (std::string line; std::getline(lines, line);) {
      CHECK_MESSAGE(line.size() <= 80, name << ": " << line);
    }
  }
}

TEST_CASE("texts of others cannot steer the terminal") {
  mqrig::load::Report report = gallery_report("normal");
  for (std::string* text : {&report.scenario_name, &report.broker, &report.host, &report.run_id,
                            &report.version, &report.loop_text, &report.objectives[0].text}) {
    *text = "a\x1b[2Jb\r";
  }
  report.results[0].objective.text = report.results[0].value_text = "a\x1b[2Jb\r";
  report.errors.add("a\x1b[2Jb\r", 1);
  report.violations.push_back({0, "a\x1b[2Jb\r"});
  report.warnings.push_back("a\x1b[2Jb\r");
  report.curve.push_back({1, 1, 1, 1, 1, 1, 0, false, "a\x1b[2Jb\r"});
  const std::string text = report_text(report, false);
  CHECK_FALSE(contains(text, "\x1b"));
  CHECK_FALSE(contains(text, "\r"));
}

TEST_CASE("colour is there when it is asked for") {
  CHECK(contains(report_text(gallery_report("normal"), true), "\x1b[1;32mPASSED"));
  CHECK(contains(report_text(gallery_report("failed"), true), "\x1b[1;31mFAILED"));
}
