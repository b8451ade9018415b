#include <doctest/doctest.h>

#include <mqrig/auth/login_throttle.hpp>
#include <string>

using namespace mqrig::auth;
using namespace std::chrono_literals;
using Time = LoginThrottle::Clock::time_point;

namespace {

constexpr Time start{1000h};

// So many failures, each as early as the throttle lets it.
Time fail(LoginThrottle& throttle, std::string_view address, int times, Time now = start) {
  for (int i = 0; i < times; ++i) {
    now += throttle.delay(address, now);
    throttle.failed(address, now);
  }
  return now;
}

}  // namespace

TEST_CASE(
    "from the third failure on each login waits twice as long as the one before, up to 30 s") {
  LoginThrottle throttle;
  Time now = start;
  for (const auto wait : {0s, 0s, 0s, 1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    CHECK(throttle.delay("192.0.2.1", now) == wait);
    now += wait;
    throttle.failed("192.0.2.1", now);
  }
}

TEST_CASE("the wait gets shorter as time passes") {
  LoginThrottle throttle;
  fail(throttle, "192.0.2.1", 4);
  const Time last = start + 1s;
  CHECK(throttle.delay("192.0.2.1", last + 500ms) == 1500ms);
  CHECK(throttle.delay("192.0.2.1", last + 2s) == 0s);
}

TEST_CASE("of many logins at once from a slowed address one goes ahead at a time") {
  LoginThrottle throttle;
  Time now = fail(throttle, "192.0.2.1", 3) + 1s;
  CHECK(throttle.delay("192.0.2.1", now) == 0s);
  CHECK(throttle.delay("192.0.2.1", now) == 1s);
  now += 1s;
  CHECK(throttle.delay("192.0.2.1", now) == 0s);
  CHECK(throttle.delay("192.0.2.1", now) == 1s);
}

TEST_CASE("a success clears the record") {
  LoginThrottle throttle;
  const Time now = fail(throttle, "192.0.2.1", 5);
  throttle.succeeded("192.0.2.1");
  CHECK(throttle.size() == 0);
  CHECK(throttle.delay("192.0.2.1", now) == 0s);
}

TEST_CASE("ten minutes without a failure clear the record") {
  LoginThrottle throttle;
  const Time now = fail(throttle, "192.0.2.1", 9);
  CHECK(throttle.delay("192.0.2.1", now + 10min - 1ms) == 0s);
  CHECK(throttle.delay("192.0.2.1", now + 10min - 1ms) == 30s);
  CHECK(throttle.delay("192.0.2.1", now + 10min) == 0s);
  CHECK(throttle.size() == 0);
}

TEST_CASE("another address is not slowed down") {
  LoginThrottle throttle;
  fail(throttle, "192.0.2.1", 5);
  for (const auto* other : {"192.0.2.2", "192.0.3.1", "::1", "2001:db8::1"}) {
    CAPTURE(other);
    CHECK(throttle.delay(other, start) == 0s);
  }
}

TEST_CASE("the addresses of one IPv6 network of 64 bits count as one") {
  LoginThrottle throttle;
  const Time now = fail(throttle, "2001:db8:1:2::1", 3);
  CHECK(throttle.delay("2001:db8:1:2:ffff::9", now) == 1s);
  CHECK(throttle.delay("2001:db8:1:3::1", now) == 0s);
}

TEST_CASE("an IPv4 address is the same in the notation of IPv6, and a zone does not matter") {
  LoginThrottle throttle;
  fail(throttle, "192.0.2.1", 3);
  CHECK(throttle.delay("::ffff:192.0.2.1", start) == 1s);
  fail(throttle, "fe80::1%eth0", 3);
  CHECK(throttle.delay("fe80::1", start) == 1s);
}

TEST_CASE("what is no address is never slowed down") {
  LoginThrottle throttle;
  for (const auto* text : {"", "/run/mqrig.sock", "localhost", "192.0.2"}) {
    CHECK(fail(throttle, text, 9) == start);
  }
  CHECK(throttle.size() == 0);
}

TEST_CASE("of more than 10,000 addresses those are kept that failed last") {
  LoginThrottle throttle;
  const auto address = [](int i) {
    return "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256);
  };
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 10'000; ++i) throttle.failed(address(i), start);
  }
  throttle.failed(address(0), start);
  throttle.failed(address(10'000), start);
  CHECK(throttle.size() == 10'000);
  CHECK(throttle.delay(address(0), start) > 0s);
  CHECK(throttle.delay(address(1), start) == 0s);
  CHECK(throttle.delay(address(2), start) > 0s);
}
