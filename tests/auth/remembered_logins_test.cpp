#include <doctest/doctest.h>

#include <mqrig/auth/remembered_logins.hpp>
#include <string>

using namespace mqrig::auth;

TEST_CASE("a login is remembered with its name and its password") {
  RememberedLogins logins;
  CHECK_FALSE(logins.contains("joe", "secret"));
  logins.add("joe", "secret");
  CHECK(logins.contains("joe", "secret"));
  CHECK_FALSE(logins.contains("joe", "secre"));
  CHECK_FALSE(logins.contains("ann", "secret"));
  logins.clear();
  CHECK_FALSE(logins.contains("joe", "secret"));
}

TEST_CASE("a name that ends where another password starts is another login") {
  RememberedLogins logins;
  logins.add("joe", "1secret");
  CHECK_FALSE(logins.contains("joe1", "secret"));
  CHECK_FALSE(logins.contains("", "joe1secret"));
}

TEST_CASE("the last logins are remembered, and those that are used") {
  constexpr int capacity = 10;
  RememberedLogins logins(capacity);
  const auto name = [](int i) { return "user" + std::to_string(i); };
  logins.add("used", "x");
  for (int i = 0; i < 100; ++i) {
    logins.add(name(i), "x");
    REQUIRE(logins.contains("used", "x"));
    REQUIRE(logins.contains(name(i), "x"));
  }
  int remembered = 0;
  for (int i = 0; i < 100; ++i) remembered += logins.contains(name(i), "x") ? 1 : 0;
  CHECK(remembered >= capacity);
  CHECK(remembered <= 2 * capacity);
  CHECK_FALSE(logins.contains(name(0), "x"));
}
