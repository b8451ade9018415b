// Time as the session sees it: a value that the caller passes in.
#pragma once

#include <chrono>

namespace mqrig::session {

// Monotonic time, read by the caller, once per batch of work. The session never reads a clock.
using Time = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

// "No deadline".
inline constexpr Time never = Time::max();

}  // namespace mqrig::session
