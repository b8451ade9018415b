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
    now += throttle.start(address, now);
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
    CHECK(throttle.start("192.0.2.1", now) == wait);
    now += wait;
    throttle.failed("192.0.2.1", now);
  }
}

TEST_CASE("the wait gets shorter as time passes") {
  LoginThrottle throttle;
  fail(throttle, "192.0.2.1", 4);
  const Time last = start + 1s;
  CHECK(throttle.start("192.0.2.1", last + 500ms) == 1500ms);
  CHECK(throttle.start("192.0.2.1", last + 2s) == 0s);
}

TEST_CASE("of many logins at once from a slowed address one goes ahead at a time") {
  LoginThrottle throttle;
  Time now = fail(throttle, "192.0.2.1", 3) + 1s;
  CHECK(throttle.start("192.0.2.1", now) == 0s);
  CHECK(throttle.start("192.0.2.1", now) == 1s);
  now += 1s;
  CHECK(throttle.start("192.0.2.1", now) == 0s);
  CHECK(throttle.start("192.0.2.1", now) == 1s);
}

TEST_CASE("of many logins at once from a fresh address two are under way at a time") {
  LoginThrottle throttle;
  for (const auto wait : {0ms, 0ms, 500ms, 500ms}) {
    CHECK(throttle.start("192.0.2.1", start) == wait);
  }
  CHECK(throttle.start("192.0.2.2", start) == 0s);
  SUBCASE("until one fails") {
    throttle.failed("192.0.2.1", start);
  }
  SUBCASE("until one succeeds") {
    throttle.succeeded("192.0.2.1");
  }
  SUBCASE("until one can't be checked") {
    throttle.not_checked("192.0.2.1");
  }
  CHECK(throttle.start("192.0.2.1", start) == 0s);
  CHECK(throttle.start("192.0.2.1", start) == 500ms);
}

TEST_CASE("logins under way are counted however old or many the failures are") {
  LoginThrottle throttle;
  throttle.failed("192.0.2.1", start);
  CHECK(throttle.start("192.0.2.1", start) == 0s);
  CHECK(throttle.start("192.0.2.1", start) == 0s);
  CHECK(throttle.start("192.0.2.1", start + 10min) == 500ms);
  CHECK(throttle.size() == 0);
}

TEST_CASE("guesses that come all at once are slowed like guesses one after the other") {
  LoginThrottle throttle;
  int started = 0;
  const auto start_all = [&](Time now) {
    for (int i = 0; i < 100; ++i) started += throttle.start("192.0.2.1", now) == 0s ? 1 : 0;
  };
  for (Time now = start; now < start + 60s; now += 500ms) {
    const int before = started;
    start_all(now);
    for (int i = before; i < started; ++i) throttle.failed("192.0.2.1", now);
  }
  CHECK(started == 8);  // 2, 2, and after 2, 4, 8 and 16 s one each
}

TEST_CASE("of each address 1,000 logins may wait") {
  LoginThrottle throttle;
  for (const auto* address : {"192.0.2.1", "2001:db8::1", ""}) {
    CAPTURE(address);
    for (unsigned i = 0; i < LoginThrottle::max_waiting; ++i) {
      REQUIRE(throttle.begin_wait(address));
    }
    CHECK_FALSE(throttle.begin_wait(address));
    throttle.end_wait(address);
    CHECK(throttle.begin_wait(address));
  }
}

TEST_CASE("a success clears the record") {
  LoginThrottle throttle;
  const Time now = fail(throttle, "192.0.2.1", 5);
  throttle.succeeded("192.0.2.1");
  CHECK(throttle.size() == 0);
  CHECK(throttle.start("192.0.2.1", now) == 0s);
}

TEST_CASE("ten minutes without a failure clear the record") {
  LoginThrottle throttle;
  const Time now = fail(throttle, "192.0.2.1", 9);
  CHECK(throttle.start("192.0.2.1", now + 10min - 1ms) == 0s);
  CHECK(throttle.start("192.0.2.1", now + 10min - 1ms) == 30s);
  CHECK(throttle.start("192.0.2.1", now + 10min) == 0s);
  CHECK(throttle.size() == 0);
}

TEST_CASE("another address is not slowed down") {
  LoginThrottle throttle;
  fail(throttle, "192.0.2.1", 5);
  for (const auto* other : {"192.0.2.2", "192.0.3.1", "::1", "2001:db8::1"}) {
    CAPTURE(other);
    CHECK(throttle.start(other, start) == 0s);
  }
}

TEST_CASE("the addresses of one IPv6 network of 64 bits count as one") {
  LoginThrottle throttle;
  const Time now = fail(throttle, "2001:db8:1:2::1", 3);
  CHECK(throttle.start("2001:db8:1:2:ffff::9", now) == 1s);
  CHECK(throttle.start("2001:db8:1:3::1", now) == 0s);
}

TEST_CASE("an IPv4 address is the same in the notation of IPv6, and a zone does not matter") {
  LoginThrottle throttle;
  fail(throttle, "192.0.2.1", 3);
  CHECK(throttle.start("::ffff:192.0.2.1", start) == 1s);
  fail(throttle, "fe80::1%eth0", 3);
  CHECK(throttle.start("fe80::1", start) == 1s);
}

TEST_CASE("what is no address takes turns all the same") {
  LoginThrottle throttle;
  CHECK(throttle.start("", start) == 0s);
  CHECK(throttle.start("/run/mqrig.sock", start) == 0s);
  CHECK(throttle.start("", start) == 500ms);
  CHECK(throttle.start("::", start) == 0s);
  throttle.failed("", start);
  CHECK(throttle.start("", start) == 0s);
}

TEST_CASE("what is no address is never slowed down by failures") {
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
  CHECK(throttle.start(address(0), start) > 0s);
  CHECK(throttle.start(address(1), start) == 0s);
  CHECK(throttle.start(address(2), start) > 0s);
}
