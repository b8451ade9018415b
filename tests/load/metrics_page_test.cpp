#include <doctest/doctest.h>

#include <apps/mqrig/bench/metrics_page.hpp>
#include <apps/mqrig/prometheus_text.hpp>
#include <set>
#include <sstream>

#include "report_gallery.hpp"

using mqrig::PrometheusText;
using mqrig::bench::metrics_page;
using mqrig::test::gallery_report;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("counters, gauges, latencies and errors are metrics") {
  const std::string page = metrics_page(gallery_report("failed"));
  CHECK(contains(page,
                 "# HELP mqrig_bench_sent_qos1_total Messages sent at QoS 1.\n"
                 "# TYPE mqrig_bench_sent_qos1_total counter\n"
                 "mqrig_bench_sent_qos1_total 293976\n"));
  CHECK(contains(page, "# TYPE mqrig_bench_now_connected gauge\nmqrig_bench_now_connected 110\n"));
  CHECK(contains(page,
                 "# TYPE mqrig_bench_delivery_seconds summary\n"
                 "mqrig_bench_delivery_seconds{quantile=\"0.5\"} 0.000"));
  CHECK(contains(page, "\nmqrig_bench_delivery_seconds_count 27000\n"));
  CHECK(contains(page, "Connection reset by peer\"} 12\n"));
  CHECK(contains(page, "\nmqrig_bench_start_time_seconds 1795588200\n"));
}

TEST_CASE("each metric is described once, before its samples") {
  std::set<std::string> described;
  std::istringstream lines(metrics_page(gallery_report("huge")));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) {
      CHECK(described.insert(line.substr(7, line.find(' ', 7) - 7)).second);
    } else if (!line.starts_with("#")) {
      std::string name = line.substr(0, line.find_first_of(" {"));
      for (const std::string_view part : {"_sum", "_count"}) {
        if (name.ends_with(part)) name.resize(name.size() - part.size());
      }
      CHECK_MESSAGE(described.count(name) == 1, line);
    }
  }
}

TEST_CASE("a label holds any text") {
  CHECK(PrometheusText::label("error", "a\"b\\c\nd") == "error=\"a\\\"b\\\\c\\\\nd\"");
  CHECK(PrometheusText::label("error", "Wärme") == "error=\"Wärme\"");
  CHECK(PrometheusText::label("error", "a\xff") == "error=\"a?\"");
}
