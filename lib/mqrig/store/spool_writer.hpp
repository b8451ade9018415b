// Writes the changes of a spool, inside a transaction.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include <mqrig/store/spool_changes.hpp>
#include <mqrig/store/statement.hpp>

namespace mqrig::store {

struct SpoolQueue {
  std::string name;
  QueueTotals totals;
};
using SpoolQueues = std::deque<SpoolQueue>;  // by their id

// Must be destroyed before the connection.
class SpoolWriter {
 public:
  // Null when the tables are not what they should be; the connection knows why.
  static std::unique_ptr<SpoolWriter> prepare(sqlite3* connection);

  // SQLITE_OK, or the extended result code with which a statement failed.
  int write(SpoolChanges& changes, const SpoolQueues& queues);
  int put_queue(Spool::QueueId id, const SpoolQueue& queue);

 private:
  explicit SpoolWriter(sqlite3* connection);

  int append(const SpoolChanges& changes, Spool::QueueId id, const SpoolChanges::Queue& queue);
  int refuse(Spool::QueueId id, const SpoolChanges::Queue& queue);
  int remove(Spool::QueueId id, SpoolChanges::Queue& queue);
  int write_states(const SpoolChanges& changes);

  Statement put_queue_;
  Statement append_;
  Statement refuse_;
  Statement remove_;
  Statement put_state_;
  Statement remove_state_;
};

}  // namespace mqrig::store
