#include <doctest/doctest.h>

#include <sstream>
#include <vector>

#include <mqrig/load/hdr_log.hpp>
#include <mqrig/payload/base64.hpp>
#include <mqrig/stats/hdr_encoding.hpp>

using namespace mqrig;
using namespace mqrig::load;

namespace {

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> read;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) read.push_back(line);
  return read;
}

}  // namespace

TEST_CASE("a log begins with what its readers look for") {
  std::string log;
  HdrLogWriter(1'795'329'000'250'000'000).start(log, "mqrig 0.1.0");
  CHECK(log ==
        "#[Logged with mqrig 0.1.0]\n"
        "#[Histogram log format version 1.3]\n"
        "#[BaseTime: 1795329000.250 (seconds since epoch)]\n"
        "#[StartTime: 1795329000.250 (seconds since epoch), 2026-11-22T06:30:00.250000Z]\n"
        "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
        "\"Interval_Compressed_Histogram\"\n");
}

TEST_CASE("each metric with values has a line for each interval") {
  const HdrLogWriter writer(0);
  std::string log;
  Histograms histograms;
  record(histograms, Metric::connect, 5'000'000);
  record(histograms, Metric::delivery, 2'345'678);
  record(histograms, Metric::delivery, 1'000);
  writer.add(log, 0.5, 1.5, histograms);
  writer.add(log, 1.5, 2, Histograms());
  const auto read = lines(log);
  REQUIRE(read.size() == 2);
  CHECK(read[0].starts_with("Tag=connect,0.500,1.000,5.000,HIST"));
  const std::string start = "Tag=delivery,0.500,1.000,2.346,";
  REQUIRE(read[1].starts_with(start));
  std::string bytes;
  REQUIRE(payload::decode_base64(read[1].substr(start.size()), bytes));
  const auto histogram = stats::decode_hdr(bytes);
  REQUIRE(histogram);
  CHECK(histogram->count() == 2);
  CHECK(histogram->value_at(50) == 1'000);
}
