#include <doctest/doctest.h>

#include <mqrig/load/metric.hpp>

using namespace mqrig::load;

namespace {

const mqrig::stats::Histogram* of(const Histograms& histograms, Metric metric) {
  return histograms[static_cast<std::size_t>(metric)].get();
}

}  // namespace

TEST_CASE("a metric has a histogram from its first value on") {
  Histograms histograms;
  CHECK(of(histograms, Metric::delivery) == nullptr);
  record(histograms, Metric::delivery, 1500);
  REQUIRE(of(histograms, Metric::delivery) != nullptr);
  CHECK(of(histograms, Metric::delivery)->max() == 1500);
  CHECK(of(histograms, Metric::publish) == nullptr);
}

TEST_CASE("merging keeps each metric for itself") {
  Histograms one;
  record(one, Metric::connect, 10);
  Histograms other;
  record(other, Metric::connect, 20);
  record(other, Metric::round_trip, 30);
  merge(one, other);
  CHECK(of(one, Metric::connect)->count() == 2);
  CHECK(of(one, Metric::round_trip)->count() == 1);
  CHECK(of(other, Metric::connect)->count() == 1);
}

TEST_CASE("every metric has a name of its own") {
  CHECK(name(Metric::connect) == "connect");
  CHECK(name(Metric::round_trip) == "round_trip");
  CHECK(name(Metric::scheduling) == "scheduling");
  CHECK(description(Metric::delivery) == "from sending to the arrival at a receiver");
}
