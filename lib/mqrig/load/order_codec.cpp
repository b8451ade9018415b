#include <mqrig/load/order_codec.hpp>
#include <mqrig/session/state_codec.hpp>

namespace mqrig::load {
namespace {

using session::get_bytes;
using session::get_double;
using session::get_u64;
using session::get_u8;
using session::put_bytes;
using session::put_double;
using session::put_u64;
using session::put_u8;
using TimePoint = std::chrono::steady_clock::time_point;

bool get_time(wire::ByteView& in, TimePoint& time) {
  std::uint64_t count = 0;
  if (!get_u64(in, count)) return false;
  time = TimePoint(TimePoint::duration(static_cast<TimePoint::rep>(count)));
  return true;
}

void put_phase(wire::Buffer& out, const Phase& phase) {
  put_bytes(out, wire::as_bytes(phase.name));
  put_u8(out, static_cast<std::uint8_t>(phase.kind));
  put_u64(out, static_cast<std::uint64_t>(phase.duration.count()));
  put_double(out, phase.from);
  put_double(out, phase.to);
  put_u8(out, phase.measured ? 1 : 0);
}

bool get_phase(wire::ByteView& in, Phase& phase) {
  wire::ByteView name;
  std::uint8_t kind = 0;
  std::uint64_t duration = 0;
  std::uint8_t measured = 0;
  if (!get_bytes(in, name) || !get_u8(in, kind) || !get_u64(in, duration) ||
      !get_double(in, phase.from) || !get_double(in, phase.to) || !get_u8(in, measured)) {
    return false;
  }
  if (kind > static_cast<std::uint8_t>(PhaseKind::drain) || measured > 1) return false;
  phase.name = wire::as_text(name);
  phase.kind = static_cast<PhaseKind>(kind);
  phase.duration = Nanoseconds(static_cast<Nanoseconds::rep>(duration));
  phase.measured = measured == 1;
  return true;
}

}  // namespace

void encode(wire::Buffer& out, const Order& order) {
  put_u8(out, static_cast<std::uint8_t>(order.kind));
  encode(out, order.at);
  put_double(out, order.rate_factor);
  for (const Phase& phase : order.phases) put_phase(out, phase);
}

std::optional<Order> decode_order(wire::ByteView in) {
  Order order;
  std::uint8_t kind = 0;
  if (!get_u8(in, kind) || !get_time(in, order.at) || !get_double(in, order.rate_factor) ||
      kind > static_cast<std::uint8_t>(Order::Kind::leave)) {
    return std::nullopt;
  }
  order.kind = static_cast<Order::Kind>(kind);
  while (!in.empty()) {
    if (!get_phase(in, order.phases.emplace_back())) return std::nullopt;
  }
  return order;
}

void encode(wire::Buffer& out, TimePoint time) {
  put_u64(out, static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

std::optional<TimePoint> decode_time(wire::ByteView in) {
  TimePoint time;
  if (!get_time(in, time) || !in.empty()) return std::nullopt;
  return time;
}

}  // namespace mqrig::load
