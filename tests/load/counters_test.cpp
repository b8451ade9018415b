#include <doctest/doctest.h>

#include <mqrig/load/counters.hpp>

using namespace mqrig::load;

namespace {

Counters counters_of(PerQos expected, PerQos distinct) {
  Counters counters;
  counters.expected = expected;
  counters.distinct = distinct;
  return counters;
}

}  // namespace

TEST_CASE("what was expected and did not come is lost") {
  const Counters counters = counters_of({10, 20, 30}, {10, 18, 27});
  CHECK(lost_messages(counters, 0) == 0);
  CHECK(lost_messages(counters, 1) == 2);
  CHECK(lost_messages(counters, 2) == 3);
}

TEST_CASE("a changed message has come") {
  Counters counters = counters_of({10, 0, 0}, {7, 0, 0});
  counters.corrupt[0] = 2;
  CHECK(lost_messages(counters, 0) == 1);
}

TEST_CASE("a message that came at a lower quality of service is not lost") {
  // The broker granted QoS 1 to those who asked for 2, and 0 to some.
  CHECK(lost_messages(counters_of({0, 0, 30}, {0, 30, 0}), 2) == 0);
  CHECK(lost_messages(counters_of({0, 0, 30}, {10, 19, 0}), 2) == 1);
  CHECK(lost_messages(counters_of({0, 10, 30}, {0, 40, 0}), 1) == 0);
  CHECK(lost_messages(counters_of({0, 10, 30}, {12, 0, 28}), 1) == 0);
  CHECK(lost_messages(counters_of({0, 10, 30}, {8, 0, 28}), 1) == 4);
  CHECK(lost_messages(counters_of({0, 10, 30}, {8, 0, 28}), 2) == 0);
}

TEST_CASE("a number that was taken back below zero is zero") {
  Counters counters;
  counters.sent[0] -= 3;
  counters.sent[1] = 5;
  make_positive(counters);
  CHECK(counters.sent[0] == 0);
  CHECK(counters.sent[1] == 5);
}
