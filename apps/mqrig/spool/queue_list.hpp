#pragma once

#include <mqrig/store/spool.hpp>
#include <mqrig/wire/buffer.hpp>
#include <string>
#include <vector>

#include "spool_file.hpp"

namespace mqrig::spool {

/// What `mqrig spool ls` says of one queue.
struct QueueSummary {
  std::string name;
  store::QueueTotals totals;
  std::int64_t oldest = 0;  ///< When it came, in milliseconds since 1970; 0: there is no message.
  std::int64_t newest = 0;
  bool damaged = false;  ///< A message that was looked at cannot be read: the times may be wrong.
};

/// Looks at a few messages of each queue, however many there are.
std::vector<QueueSummary> summarise(store::Spool& spool);

/// A table for people, with a line of headings.
void write_table(wire::Buffer& out, const std::vector<QueueSummary>& queues);
/// One object a line.
void write_json(wire::Buffer& out, const std::vector<QueueSummary>& queues);

}  // namespace mqrig::spool
