// Changes of many messages of a spool at once, inside a transaction.
#pragma once

#include <cstdint>
#include <optional>

#include <mqrig/store/spool.hpp>
#include <mqrig/store/statement.hpp>

namespace mqrig::store {

// Each changes the totals, which are the owner's to write; on a failure they are worth nothing.
// SQLITE_OK, or the extended result code with which a statement failed. Memory does not grow with
// the number of messages.

int purge(sqlite3* connection, Spool::QueueId queue, std::optional<std::int64_t> received_before,
          QueueTotals& totals, std::uint64_t& removed);
int purge_refused(sqlite3* connection, Spool::QueueId queue, QueueTotals& totals,
                  std::uint64_t& removed);
int requeue(sqlite3* connection, Spool::QueueId queue, QueueTotals& totals);

}  // namespace mqrig::store
