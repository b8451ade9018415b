#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace mqrig::bench {

/// "2026-01-31T12:00:00.5Z" (RFC 3339; any offset such as +01:00), seconds since 1970, or
/// "+DURATION" from `now`.
std::optional<std::chrono::system_clock::time_point> parse_start_time(
    std::string_view text, std::chrono::system_clock::time_point now);

}  // namespace mqrig::bench
