#include <doctest/doctest.h>

#include <mqrig/load/quantity_text.hpp>

using namespace mqrig::load;

TEST_CASE("counts are grouped by thousands") {
  CHECK(count_text(0) == "0");
  CHECK(count_text(999) == "999");
  CHECK(count_text(1'000) == "1,000");
  CHECK(count_text(12'345'678) == "12,345,678");
}

TEST_CASE("times have three digits and the unit that fits") {
  CHECK(duration_text(0) == "0 ns");
  CHECK(duration_text(850) == "850 ns");
  CHECK(duration_text(1'000) == "1 us");
  CHECK(duration_text(3'210'000) == "3.21 ms");
  CHECK(duration_text(45'678'000) == "45.7 ms");
  CHECK(duration_text(999'900) == "1 ms");
  CHECK(duration_text(1.9e9) == "1.9 s");
  CHECK(duration_text(3.6e12) == "3,600 s");
}

TEST_CASE("rates are per second") {
  CHECK(rate_text(50'123.4) == "50,123/s");
  CHECK(rate_text(2.5) == "2.5/s");
}

TEST_CASE("a percentage is not shown as all or nothing unless it is") {
  CHECK(percent_text(1) == "100 %");
  CHECK(percent_text(0) == "0 %");
  CHECK(percent_text(0.9995) == "99.95 %");
  CHECK(percent_text(0.99999) == "99.999 %");
  CHECK(percent_text(0.000001) == "0.0001 %");
}
