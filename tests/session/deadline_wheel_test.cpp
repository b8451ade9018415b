#include <mqrig/session/deadline_wheel.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <vector>

using namespace mqrig;
using namespace std::chrono_literals;
using session::DeadlineWheel;

namespace {

struct Item final : DeadlineWheel::Hook {
  explicit Item(session::Time time) : deadline(time) {}
  session::Time deadline;
  int looks = 0;
};

constexpr session::Time start{1h};

// What of the wheel is due, as a broker looks at it: again scheduled if it was too early.
std::vector<Item*> due(DeadlineWheel& wheel, session::Time now) {
  std::vector<Item*> due;
  wheel.turn(now, [&](DeadlineWheel::Hook& hook) {
    auto& item = static_cast<Item&>(hook);
    ++item.looks;
    if (item.deadline <= now) {
      due.push_back(&item);
    } else {
      wheel.schedule(item, item.deadline, now);
    }
  });
  return due;
}

// When it is found due, turning the wheel every half second.
session::Duration delay(DeadlineWheel& wheel, Item& item, session::Time now) {
  for (session::Time time = now;; time += DeadlineWheel::width) {
    REQUIRE(time < item.deadline + 10min);
    if (!due(wheel, time).empty()) return time - item.deadline;
  }
}

}  // namespace

TEST_CASE("a deadline is noticed within a second, near or beyond the horizon") {
  for (const session::Duration in :
       {0ms, 1ms, 499ms, 500ms, 1500ms, 60'000ms, 255'500ms, 256'000ms, 1'000'000ms}) {
    DeadlineWheel wheel;
    Item item(start + in);
    wheel.schedule(item, item.deadline, start);
    const session::Duration late = delay(wheel, item, start);
    CHECK(late >= 0s);
    CHECK(late <= 1s);
    CHECK(item.looks <= 1 + in / 255s);
    CHECK(due(wheel, item.deadline + 10min).empty());
  }
}

TEST_CASE("a deadline that moves away is looked at when the old one comes") {
  DeadlineWheel wheel;
  Item item(start + 1s);
  wheel.schedule(item, item.deadline, start);
  item.deadline = start + 100s;
  CHECK(delay(wheel, item, start) <= 1s);
  CHECK(item.looks == 2);
}

TEST_CASE("a deadline that moves nearer is scheduled again") {
  DeadlineWheel wheel;
  Item item(start + 100s);
  wheel.schedule(item, item.deadline, start);
  item.deadline = start + 1s;
  wheel.schedule(item, item.deadline, start);
  CHECK(delay(wheel, item, start) <= 1s);
}

TEST_CASE("without a deadline, and after its end, nothing is in the wheel") {
  DeadlineWheel wheel;
  Item item(start + 1s);
  wheel.schedule(item, item.deadline, start);
  wheel.schedule(item, session::never, start);
  {
    Item gone(start + 1s);
    wheel.schedule(gone, gone.deadline, start);
  }
  CHECK(due(wheel, start + 1min).empty());
}

TEST_CASE("deadlines are kept after the wheel has stood still for long") {
  for (const session::Duration pause : {session::Duration(1min), session::Duration(256s),
                                        session::Duration(10min), session::Duration(24h)}) {
    DeadlineWheel wheel;
    Item early(start + 1s);
    wheel.schedule(early, early.deadline, start);
    CHECK(delay(wheel, early, start) <= 1s);
    // Nobody turns it meanwhile.
    const session::Time later = start + pause;
    Item item(later + 10s);
    wheel.schedule(item, item.deadline, later);
    const session::Duration late = delay(wheel, item, later);
    CHECK(late >= 0s);
    CHECK(late <= 1s);
  }
}

TEST_CASE("whoever is looked at may take others out, or put itself back at once") {
  DeadlineWheel wheel;
  Item first(start);
  Item second(start);
  wheel.schedule(first, start, start);
  wheel.schedule(second, start, start);
  int looks = 0;
  wheel.turn(start + 2s, [&](DeadlineWheel::Hook& hook) {
    ++looks;
    second.unlink();
    wheel.schedule(hook, start, start + 2s);
  });
  CHECK(looks >= 1);
  CHECK(looks <= 4);  // once a bucket
  CHECK(due(wheel, start + 1min) == std::vector<Item*>{&first});
}
