#include <doctest/doctest.h>

#include <limits>
#include <mqrig/load/quantity_text.hpp>

using namespace mqrig::load;

TEST_CASE("a time has three digits and the unit that suits it") {
  CHECK(duration_text(0) == "0 ns");
  CHECK(duration_text(850) == "850 ns");
  CHECK(duration_text(999.6) == "1.00 us");
  CHECK(duration_text(12'345) == "12.3 us");
  CHECK(duration_text(12'345, "µs") == "12.3 µs");
  CHECK(duration_text(1'204'000) == "1.20 ms");
  CHECK(duration_text(9'996'000) == "10.0 ms");
  CHECK(duration_text(999'600'000) == "1.00 s");
  CHECK(duration_text(3.6e12) == "3600 s");
}

TEST_CASE("a count shows every digit, and a rate what matters of it") {
  CHECK(count_text(0) == "0");
  CHECK(count_text(999) == "999");
  CHECK(count_text(1'000) == "1,000");
  CHECK(count_text(std::numeric_limits<std::uint64_t>::max()) == "18,446,744,073,709,551,615");
  CHECK(rate_text(0) == "0/s");
  CHECK(rate_text(0.25) == "0.25/s");
  CHECK(rate_text(12.5) == "12.5/s");
  CHECK(rate_text(10'233.7) == "10,234/s");
  CHECK(rate_text(1e18) == "1E/s");
}

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
  CHECK(rate_text(-1) == "0/s");
  CHECK(duration_text(std::numeric_limits<double>::infinity()) == "0 ns");
}

TEST_CASE("only all is 100 percent, and only nothing is 0 percent") {
  CHECK(percent_text(0) == "0%");
  CHECK(percent_text(1) == "100%");
  CHECK(percent_text(0.999) == "99.9%");
  CHECK(percent_text(0.99999) == "99.999%");
  CHECK(percent_text(0.000012) == "0.001%");
  CHECK(percent_text(0.5) == "50%");
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
