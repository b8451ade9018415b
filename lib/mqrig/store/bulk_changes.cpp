#include <mqrig/store/bulk_changes.hpp>

#include <algorithm>

#include <mqrig/store/message_key.hpp>

namespace mqrig::store {
namespace {

std::int64_t first_id(Spool::QueueId queue) noexcept {
  return MessageKey::id(queue, 0);
}
std::int64_t last_id(Spool::QueueId queue) noexcept {
  return MessageKey::id(queue, MessageKey::last_sequence);
}

int failure(sqlite3* connection) noexcept {
  return sqlite3_extended_errcode(connection);
}

template <typename... Values>
int remove(sqlite3* connection, const char* sql, std::uint64_t& removed, const Values&... values) {
  Statement statement(connection, sql);
  if (!statement.valid()) return failure(connection);
  const int result = statement.run(values...);
  removed = static_cast<std::uint64_t>(sqlite3_changes64(connection));
  return result;
}

// How many bytes messages count for, see SpooledMessage::size().
int count_bytes(sqlite3* connection, Spool::QueueId queue, std::int64_t received_before,
                std::uint64_t& bytes) {
  Statement sum(connection,
                "SELECT sum(length(CAST(topic_name AS BLOB)) + length(payload) + "
                "length(properties)) FROM message WHERE id BETWEEN ? AND ? AND received_at < ?");
  if (!sum.valid()) return failure(connection);
  sum.query(first_id(queue), last_id(queue), received_before);
  const int result = sum.next();
  if (result != SQLITE_ROW) return result;
  bytes = static_cast<std::uint64_t>(sum.integer(0));
  return SQLITE_OK;
}

}  // namespace

int purge(sqlite3* connection, Spool::QueueId queue, std::optional<std::int64_t> received_before,
          QueueTotals& totals, std::uint64_t& removed) {
  if (!received_before) {
    totals.messages = 0;
    totals.bytes = 0;
    return remove(connection, "DELETE FROM message WHERE id BETWEEN ? AND ?", removed,
                  first_id(queue), last_id(queue));
  }
  std::uint64_t bytes = 0;
  int result = count_bytes(connection, queue, *received_before, bytes);
  if (result != SQLITE_OK) return result;
  result = remove(connection, "DELETE FROM message WHERE id BETWEEN ? AND ? AND received_at < ?",
                  removed, first_id(queue), last_id(queue), *received_before);
  totals.messages -= std::min(totals.messages, removed);
  totals.bytes -= std::min(totals.bytes, bytes);
  return result;
}

int purge_refused(sqlite3* connection, Spool::QueueId queue, QueueTotals& totals,
                  std::uint64_t& removed) {
  totals.refused = 0;
  return remove(connection, "DELETE FROM refused_message WHERE id BETWEEN ? AND ?", removed,
                first_id(queue), last_id(queue));
}

int requeue(sqlite3* connection, Spool::QueueId queue, QueueTotals& totals) {
  Statement refused(connection,
                    "SELECT id, length(CAST(topic_name AS BLOB)) + length(payload) + "
                    "length(properties) FROM refused_message WHERE id BETWEEN ? AND ? ORDER BY id");
  Statement copy(connection,
                 "INSERT INTO message SELECT ?, topic_name, payload, properties, flags, "
                 "received_at, expires_at, batch FROM refused_message WHERE id = ?");
  if (!refused.valid() || !copy.valid()) return failure(connection);
  refused.query(first_id(queue), last_id(queue));
  int result;
  while ((result = refused.next()) == SQLITE_ROW) {
    ++totals.messages;
    totals.bytes += static_cast<std::uint64_t>(refused.integer(1));
    result = copy.run(MessageKey::id(queue, ++totals.last_sequence), refused.integer(0));
    if (result != SQLITE_OK) return result;
  }
  if (result != SQLITE_DONE) return result;
  refused.reset();
  std::uint64_t removed = 0;
  return purge_refused(connection, queue, totals, removed);
}

}  // namespace mqrig::store
