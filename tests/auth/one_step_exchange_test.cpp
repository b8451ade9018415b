#include <doctest/doctest.h>

#include <mqrig/auth/one_step_exchange.hpp>

using namespace mqrig::auth;

TEST_CASE("one step says what there is to say, at each beginning") {
  OneStepExchange exchange("TICKET", Secret("data"));
  CHECK(exchange.method() == "TICKET");
  CHECK(exchange.begin() == "data");
  CHECK(exchange.begin() == "data");
  std::string fault;
  CHECK(exchange.finish(std::nullopt, fault));
  CHECK(fault.empty());
}

TEST_CASE("a method without data sends none") {
  CHECK_FALSE(OneStepExchange("TICKET", std::nullopt).begin());
}

TEST_CASE("a server that asks back is not answered, and hears nothing of the data") {
  OneStepExchange exchange("TICKET", Secret("hunter2"));
  std::string fault;
  CHECK_FALSE(exchange.proceed("more", fault));
  CHECK(fault.find("asks back") != std::string::npos);
  CHECK(fault.find("hunter2") == std::string::npos);
}
