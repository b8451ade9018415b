#include <doctest/doctest.h>

#include <map>
#include <sstream>

#include <mqrig/load/report_csv.hpp>

#include "sample_report.hpp"

using namespace mqrig::load;

namespace {

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> values;
  std::istringstream in(line);
  for (std::string value; std::getline(in, value, ',');) values.push_back(value);
  if (line.ends_with(',')) values.emplace_back();
  return values;
}

std::vector<std::map<std::string, std::string>> rows(const std::string& csv) {
  std::vector<std::vector<std::string>> lines;
  for (std::size_t place = 0; place < csv.size();) {
    const std::size_t end = csv.find("\r\n", place);
    REQUIRE(end != csv.npos);
    lines.push_back(cells(csv.substr(place, end - place)));
    place = end + 2;
  }
  std::vector<std::map<std::string, std::string>> read;
  for (std::size_t line = 1; line < lines.size(); ++line) {
    REQUIRE(lines[line].size() == lines[0].size());
    for (std::size_t column = 0; column < lines[0].size(); ++column) {
      if (column == 0) read.emplace_back();
      read.back()[lines[0][column]] = lines[line][column];
    }
  }
  return read;
}

}  // namespace

TEST_CASE("each interval is a row, with a column for every number and its unit in the name") {
  const auto read = rows(to_csv(sample_report()));
  REQUIRE(read.size() == 10);
  auto row = read[2];
  CHECK(row["time"] == "2026-11-22T06:30:02.500000Z");
  CHECK(row["start_s"] == "2.500000");
  CHECK(row["duration_s"] == "1.000000");
  CHECK(row["measured"] == "1");
  CHECK(row["sent_qos1"] == "1000");
  CHECK(row["connected"] == "0");  // in this second
  CHECK(row["gauge_connected"] == "100");
  CHECK(row["delivery_count"] == "1000");
  CHECK(std::stod(row["delivery_p50_ns"]) == doctest::Approx(2e6).epsilon(0.1));
  CHECK(std::stod(row["delivery_max_ns"]) >= std::stod(row["delivery_p99_9_ns"]));
  CHECK(row["round_trip_count"] == "0");
  CHECK(row["round_trip_p50_ns"].empty());
}

TEST_CASE("the names of the columns are different") {
  std::string header;
  append_csv_header(header);
  const auto names = cells(header.substr(0, header.size() - 2));
  std::map<std::string, int> counts;
  for (const std::string& name : names) ++counts[name];
  CHECK(counts.size() == names.size());
  CHECK(names.size() == 5 + counter_fields().size() + gauge_fields().size() + 6 * metric_count);
}
