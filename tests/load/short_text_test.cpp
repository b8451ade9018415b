#include <doctest/doctest.h>

#include <limits>
#include <mqrig/load/short_text.hpp>

using namespace mqrig::load;

TEST_CASE("a short number has a letter for its thousands") {
  CHECK(short_text(0) == "0");
  CHECK(short_text(0.25) == "0.25");
  CHECK(short_text(999) == "999");
  CHECK(short_text(999.7) == "1k");
  CHECK(short_text(45'600'000) == "45.6M");
  CHECK(short_text(1.8e19) == "18E");
  CHECK(short_text(1e300).ends_with("Y"));
}

TEST_CASE("what is no quantity is shown as none") {
  CHECK(short_text(std::numeric_limits<double>::quiet_NaN()) == "0");
  CHECK(short_text(-1) == "0");
  CHECK(clock_text(std::numeric_limits<double>::infinity()) == "0 s");
}

TEST_CASE("from a trillion on not every digit is shown") {
  CHECK(brief_count_text(999'999'999'999) == "999,999,999,999");
  CHECK(brief_count_text(1'500'000'000'000) == "1.5T");
  CHECK(brief_rate_text(12.5) == "12.5/s");
  CHECK(brief_rate_text(1e12) == "1T/s");
}

TEST_CASE("bytes are counted in thousands") {
  CHECK(bytes_text(512) == "512 B");
  CHECK(bytes_text(1'200) == "1.20 kB");
  CHECK(bytes_text(45'600'000) == "45.6 MB");
}

TEST_CASE("a time of the run reads like a clock where it is long") {
  CHECK(clock_text(0) == "0 s");
  CHECK(clock_text(0.5) == "0.5 s");
  CHECK(clock_text(45) == "45 s");
  CHECK(clock_text(125) == "2:05");
  CHECK(clock_text(3'725) == "1:02:05");
}

TEST_CASE("a percentile has no zeros at its end") {
  CHECK(percentile_text(50) == "50");
  CHECK(percentile_text(99.9) == "99.9");
  CHECK(percentile_text(99.999) == "99.999");
}

TEST_CASE("a page has the micro sign") {
  CHECK(page_duration_text(12'345) == "12.3 µs");
  CHECK(page_duration_text(12'345'000) == "12.3 ms");
}
