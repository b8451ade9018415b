// Writes settled changes, inside a transaction.
#pragma once

#include <memory>

#include <mqrig/store/changes.hpp>
#include <mqrig/store/statement.hpp>

namespace mqrig::store {

// Must be destroyed before the connection.
class ChangeWriter {
 public:
  // Null when the tables are not what they should be; the connection knows why.
  static std::unique_ptr<ChangeWriter> prepare(sqlite3* connection);

  // SQLITE_OK, or the extended result code with which a statement failed.
  int write(const Changes& changes);

 private:
  explicit ChangeWriter(sqlite3* connection);

  int put(const SessionRecord& record);
  int remove_session(std::uint64_t id);
  int write_sessions(const Changes& changes);
  int write_subscriptions(const Changes& changes);
  int write_messages(const Changes& changes);
  int remove_messages(const Changes& changes);
  int write_retained(const Changes& changes);
  int write_deliveries(const Changes& changes);
  int change_deliveries(const Changes& changes);
  int write_received(const Changes& changes);

  Statement put_session_;
  Statement remove_session_;
  Statement remove_subscriptions_;
  Statement remove_all_received_;
  Statement put_subscription_;
  Statement remove_subscription_;
  Statement put_message_;
  Statement remove_messages_;
  Statement remove_deliveries_of_messages_;
  Statement put_retained_;
  Statement remove_retained_;
  Statement put_delivery_;
  Statement set_sent_;
  Statement set_released_;
  Statement remove_delivery_;
  Statement put_received_;
  Statement remove_received_;
};

}  // namespace mqrig::store
