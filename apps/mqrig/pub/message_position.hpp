#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "job.hpp"

namespace mqrig::pub {

/// How often a single message was taken over, and which one that is: kept in a spool, so that the
/// next run of the same command takes no more than is missing.
struct MessagePosition {
  std::uint64_t message = 0;  ///< Hash of all that it says.
  std::uint64_t taken = 0;
  std::uint64_t wanted = 0;

  /// Of a job without records, at its start.
  static MessagePosition of(const Job& job);

  std::string text() const;
  /// None for what text() did not make.
  static std::optional<MessagePosition> parse(std::string_view text);
};

}  // namespace mqrig::pub
