#include <doctest/doctest.h>

#include <mqrig/cli/exit_code.hpp>

using namespace mqrig::cli;

TEST_CASE("the exit codes are what scripts rely on") {
  const std::string_view names[] = {"ok",           "failed",         "usage",   "connect",
                                    "tls",          "not_authorised", "refused", "timeout",
                                    "disconnected", "protocol",       "input",   "verification"};
  REQUIRE(exit_codes().size() == std::size(names));
  for (std::size_t i = 0; i < std::size(names); ++i) {
    CHECK(static_cast<std::size_t>(exit_codes()[i].code) == i);
    CHECK(exit_codes()[i].name == names[i]);
    CHECK_FALSE(exit_codes()[i].meaning.empty());
  }
}
