#include <doctest/doctest.h>

#include <mqrig/client/subscriptions.hpp>

namespace mqrig::client {

using wire::ReasonCode;

namespace {

const std::vector<wire::Subscription> three = {{.filter = "a"}, {.filter = "b"}, {.filter = "c"}};

}  // namespace

TEST_CASE("filters that the broker refused are not asked for again") {
  Subscriptions subscriptions;
  subscriptions.add_subscribe(three, {}, 1);
  constexpr std::uint8_t reasons[] = {0, 0x87, 1};
  subscriptions.answered(1, true, reasons);
  subscriptions.session_lost();
  REQUIRE(subscriptions.requests().size() == 1);
  CHECK_FALSE(subscriptions.requests()[0].answered);
  CHECK(subscriptions.requests()[0].filters == std::vector<std::string>{"a", "c"});
}

TEST_CASE("an unsubscribed filter is forgotten, and the request is over with its answer") {
  Subscriptions subscriptions;
  subscriptions.add_subscribe(three, {}, 1);
  subscriptions.answered(1, true, std::vector<std::uint8_t>{0, 0, 0});
  const std::string_view filter = "b";
  subscriptions.add_unsubscribe({&filter, 1}, {}, 2);
  CHECK(subscriptions.requests().size() == 2);
  subscriptions.answered(2, false, std::vector<std::uint8_t>{0});
  REQUIRE(subscriptions.requests().size() == 1);
  CHECK(subscriptions.requests()[0].filters == std::vector<std::string>{"a", "c"});
  CHECK(subscriptions.requests()[0].subscriptions()[1].filter == "c");
}

TEST_CASE("a filter that was unsubscribed before its SUBACK came does not come back") {
  Subscriptions subscriptions;
  subscriptions.add_subscribe(three, {}, 1);
  const std::string_view filter = "a";
  subscriptions.add_unsubscribe({&filter, 1}, {}, 2);
  subscriptions.answered(1, true, std::vector<std::uint8_t>{0, 0, 0});
  subscriptions.answered(2, false, std::vector<std::uint8_t>{0});
  subscriptions.session_lost();
  REQUIRE(subscriptions.requests().size() == 1);
  CHECK(subscriptions.requests()[0].filters == std::vector<std::string>{"b", "c"});
}

TEST_CASE("subscribing and unsubscribing for ever leaves nothing behind") {
  Subscriptions subscriptions;
  const std::string_view filter = "reply/1";
  const wire::Subscription subscription{.filter = filter};
  for (std::uint64_t token = 0; token < 200; token += 2) {
    subscriptions.add_subscribe({&subscription, 1}, {}, token);
    subscriptions.answered(token, true, std::vector<std::uint8_t>{0});
    subscriptions.add_subscribe({&subscription, 1}, {}, token);
    subscriptions.answered(token, true, std::vector<std::uint8_t>{0});
    CHECK(subscriptions.requests().size() == 1);
    subscriptions.add_unsubscribe({&filter, 1}, {}, token + 1);
    subscriptions.answered(token + 1, false, std::vector<std::uint8_t>{0});
    CHECK(subscriptions.requests().empty());
  }
}

TEST_CASE("each request is sent once on a connection") {
  Subscriptions subscriptions;
  subscriptions.add_subscribe(three, {}, 1);
  subscriptions.next_unsent()->sent = true;
  CHECK(subscriptions.next_unsent() == nullptr);
  subscriptions.connected();
  REQUIRE(subscriptions.next_unsent() != nullptr);
  subscriptions.answered(1, true, std::vector<std::uint8_t>{0, 0, 0});
  CHECK(subscriptions.next_unsent() == nullptr);
}

}  // namespace mqrig::client
