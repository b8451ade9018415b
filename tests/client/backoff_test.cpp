#include <doctest/doctest.h>

#include <mqrig/client/backoff.hpp>

namespace mqrig::client {

using namespace std::chrono_literals;

TEST_CASE("delays double up to the largest, with jitter between half and all") {
  Backoff backoff(100ms, 1000ms);
  for (const auto expected : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    const auto delay = backoff.next();
    CHECK(delay >= expected / 2);
    CHECK(delay <= expected);
  }
  backoff.reset();
  CHECK(backoff.next() <= 100ms);
}

TEST_CASE("a back-off of any age stays below its largest delay") {
  Backoff backoff(500ms, 30s);
  for (int count = 0; count < 100; ++count) CHECK(backoff.next() <= 30s);
}

}  // namespace mqrig::client
