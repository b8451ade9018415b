// Orders on their way to worker processes.
#pragma once

#include <chrono>
#include <optional>

#include <mqrig/load/crew.hpp>
#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/types.hpp>

namespace mqrig::load {

// Between the processes of one program on one machine: times are those of their common steady
// clock. Appended; and read from exactly these bytes, nothing when they are none.
void encode(wire::Buffer& out, const Order& order);
std::optional<Order> decode_order(wire::ByteView in);

void encode(wire::Buffer& out, std::chrono::steady_clock::time_point time);
std::optional<std::chrono::steady_clock::time_point> decode_time(wire::ByteView in);

}  // namespace mqrig::load
