#include <doctest/doctest.h>

#include <mqrig/load/order_codec.hpp>

namespace mqrig::load::tests {
namespace {

using namespace std::chrono_literals;

Order full_order() {
  Order order;
  order.kind = Order::Kind::publish;
  order.at = std::chrono::steady_clock::time_point(123456789s + 7ns);
  order.rate_factor = 0.1;
  order.phases.push_back({"warm-up", PhaseKind::ramp, 1500ms, 0, 1.0 / 3, false});
  order.phases.push_back({"", PhaseKind::drain, 24h, 1e300, 1, true});
  return order;
}

}  // namespace

TEST_CASE("an order arrives as it was given") {
  const Order order = full_order();
  wire::Buffer bytes;
  encode(bytes, order);
  const auto read = decode_order(bytes.view());
  REQUIRE(read);
  CHECK(read->kind == order.kind);
  CHECK(read->at == order.at);
  CHECK(read->rate_factor == order.rate_factor);
  REQUIRE(read->phases.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(read->phases[i].name == order.phases[i].name);
    CHECK(read->phases[i].kind == order.phases[i].kind);
    CHECK(read->phases[i].duration == order.phases[i].duration);
    CHECK(read->phases[i].from == order.phases[i].from);
    CHECK(read->phases[i].to == order.phases[i].to);
    CHECK(read->phases[i].measured == order.phases[i].measured);
  }
}

TEST_CASE("a time arrives as it was given") {
  wire::Buffer bytes;
  encode(bytes, std::chrono::steady_clock::time_point(-5ns));
  CHECK(decode_time(bytes.view()) == std::chrono::steady_clock::time_point(-5ns));
  CHECK_FALSE(decode_time(bytes.view().first(7)));
}

TEST_CASE("a part of an order is none, unless it ends with a phase") {
  wire::Buffer bytes;
  encode(bytes, full_order());
  int orders = 0;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    orders += decode_order(bytes.view().first(size)).has_value();
  }
  CHECK(orders == 3);
}

TEST_CASE("an order of an unknown kind is none") {
  wire::Buffer bytes;
  encode(bytes, Order());
  bytes.data()[0] = 5;
  CHECK_FALSE(decode_order(bytes.view()));
}

}  // namespace mqrig::load::tests
