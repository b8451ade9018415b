#include <doctest/doctest.h>

#include <mqrig/client/rate_limit.hpp>

namespace mqrig::client::tests {

using std::chrono::milliseconds;

TEST_CASE("without a rate everything may go") {
  RateLimit limit(0);
  CHECK_FALSE(limit.limited());
  limit.count(RateLimit::Clock::time_point(std::chrono::hours(1)));
  CHECK(limit.allows({}));
}

TEST_CASE("messages go at an even pace") {
  RateLimit limit(100);
  RateLimit::Clock::time_point now(std::chrono::hours(1));
  limit.count(now);
  while (!limit.allows(now)) now += milliseconds(1);
  int gone = 0;
  for (const auto end = now + std::chrono::seconds(1); now < end; now += milliseconds(1)) {
    if (!limit.allows(now)) continue;
    limit.count(now);
    ++gone;
  }
  CHECK(gone >= 99);
  CHECK(gone <= 103);
}

TEST_CASE("a timer that comes late does not lower the rate, but time without messages is lost") {
  RateLimit limit(100);
  RateLimit::Clock::time_point now(std::chrono::hours(1));
  int gone = 0;
  const auto go = [&] {
    while (limit.allows(now)) {
      limit.count(now);
      ++gone;
    }
  };
  go();
  gone = 0;
  for (int wake = 0; wake < 50; ++wake) {
    now += milliseconds(20);
    go();
  }
  CHECK(gone == 100);
  gone = 0;
  now += std::chrono::seconds(10);
  go();
  CHECK(gone <= 3);
}

}  // namespace mqrig::client::tests
