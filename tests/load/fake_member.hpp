#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <mqrig/load/crew.hpp>
#include <stdexcept>
#include <utility>

namespace mqrig::load::tests {

// Reaches the stage that an order asks for at once, and counts: attempts are the orders since the
// last sample, clients the orders in all, in_flight its number.
class FakeMember : public Member {
 public:
  FakeMember(std::uint32_t number, std::function<void()> stage_reached)
      : number_(number), stage_reached_(std::move(stage_reached)) {}

  void order(const Order& order) override {
    ++orders_;
    ++orders_of_interval_;
    last_ = order;
    stage_ = stage_after(order.kind);
    record(histograms_, Metric::connect, 1000 * (number_ + 1));
    stage_reached_();
  }

  Sample take_sample(std::chrono::steady_clock::time_point end) override {
    Sample sample;
    sample.start = std::exchange(start_, end);
    sample.end = end;
    sample.stage = stage_;
    sample.counters.attempts = std::exchange(orders_of_interval_, 0);
    sample.gauges.clients = orders_;
    sample.gauges.in_flight = number_;
    sample.histograms = std::exchange(histograms_, {});
    return sample;
  }

 protected:
  static Stage stage_after(Order::Kind kind) {
    switch (kind) {
      case Order::Kind::connect:
        return Stage::connected;
      case Order::Kind::publish:
        return Stage::publishing;
      case Order::Kind::stop:
        return Stage::sent;
      case Order::Kind::drain:
        return Stage::drained;
      case Order::Kind::leave:
        return Stage::done;
    }
    return Stage::idle;
  }

  const Order& last() const { return last_; }
  std::uint32_t number() const { return number_; }

 private:
  const std::uint32_t number_;
  const std::function<void()> stage_reached_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Stage stage_ = Stage::idle;
  std::uint64_t orders_ = 0;
  std::uint64_t orders_of_interval_ = 0;
  Histograms histograms_;
  Order last_;
};

inline std::unique_ptr<Member> make_fake(asio::io_context&, std::uint32_t number,
                                         std::function<void()> stage_reached) {
  return std::make_unique<FakeMember>(number, std::move(stage_reached));
}

}  // namespace mqrig::load::tests
