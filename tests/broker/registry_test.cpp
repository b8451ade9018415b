#include <mqrig/broker/registry.hpp>

#include <doctest/doctest.h>

using namespace mqrig;
using namespace std::chrono_literals;
using broker::Registry;
using broker::Session;

namespace {
constexpr session::Time start{1h};
const session::ExchangeSettings exchange;
}  // namespace

TEST_CASE("a session is found by its client identifier until it is removed") {
  Registry registry;
  CHECK(registry.find("a") == nullptr);
  Session& a = registry.add("a", exchange);
  Session& empty = registry.add("", exchange);
  CHECK(registry.find("a") == &a);
  CHECK(registry.find("") == &empty);
  CHECK(registry.size() == 2);
  registry.remove(a);
  CHECK(registry.find("a") == nullptr);
  CHECK(registry.find("") == &empty);
  registry.add("a", exchange);
  CHECK(registry.size() == 2);
}

TEST_CASE("sessions come due in the order of their times, each once") {
  Registry registry;
  Session& a = registry.add("a", exchange);
  Session& b = registry.add("b", exchange);
  Session& c = registry.add("c", exchange);
  registry.set_end(a, start + 3s);
  registry.set_end(b, start + 1s);
  registry.set_end(c, start + 2s);
  CHECK(registry.take_due_end(start) == nullptr);
  CHECK(registry.take_due_end(start + 2s) == &b);
  CHECK(registry.take_due_end(start + 2s) == &c);
  CHECK(registry.take_due_end(start + 2s) == nullptr);
  CHECK(registry.take_due_end(start + 3s) == &a);
  CHECK_FALSE(registry.waiting());
}

TEST_CASE("a time that is set again replaces the one before, and never forgets it") {
  Registry registry;
  Session& a = registry.add("a", exchange);
  registry.set_will(a, start + 1s);
  registry.set_will(a, start + 5s);
  CHECK(registry.take_due_will(start + 4s) == nullptr);
  registry.set_will(a, start + 5s);
  registry.set_will(a, session::never);
  CHECK_FALSE(registry.waiting());
  CHECK(registry.take_due_will(start + 1h) == nullptr);
}

TEST_CASE("a removed session is not waited for, and wills and ends are apart") {
  Registry registry;
  Session& a = registry.add("a", exchange);
  Session& b = registry.add("b", exchange);
  registry.set_end(a, start);
  registry.set_will(a, start);
  registry.set_will(b, start);
  registry.remove(a);
  CHECK(registry.take_due_end(start) == nullptr);
  CHECK(registry.take_due_will(start) == &b);
  CHECK(registry.take_due_will(start) == nullptr);
}
