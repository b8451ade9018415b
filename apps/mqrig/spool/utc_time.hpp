#pragma once

#include <cstdint>
#include <mqrig/payload/utc_text.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig::spool {

/// A spool counts time in milliseconds since 1970.
inline payload::WallTime wall_time(std::int64_t milliseconds) {
  return payload::WallTime(std::chrono::milliseconds(milliseconds));
}

/// "2026-11-22T06:30:00.123Z".
std::string utc_time(std::int64_t milliseconds);

/// Reads "2026-11-22T06:30:00Z", with a fraction of any length too, of which milliseconds count.
std::optional<std::int64_t> parse_utc_time(std::string_view text);

}  // namespace mqrig::spool
