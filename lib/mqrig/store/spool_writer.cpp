#include <mqrig/store/spool_writer.hpp>

#include <mqrig/store/message_key.hpp>

namespace mqrig::store {

SpoolWriter::SpoolWriter(sqlite3* connection)
    : put_queue_(connection, "INSERT OR REPLACE INTO queue VALUES (?, ?, ?, ?, ?, ?)"),
      append_(connection, "INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      refuse_(connection,
              "INSERT OR REPLACE INTO refused_message SELECT *, ?, ? FROM message WHERE id = ?"),
      remove_(connection, "DELETE FROM message WHERE id BETWEEN ? AND ?"),
      put_state_(connection, "INSERT OR REPLACE INTO state VALUES (?, ?)"),
      remove_state_(connection, "DELETE FROM state WHERE name = ?") {}

std::unique_ptr<SpoolWriter> SpoolWriter::prepare(sqlite3* connection) {
  std::unique_ptr<SpoolWriter> writer(new SpoolWriter(connection));
  for (const Statement* statement :
       {&writer->put_queue_, &writer->append_, &writer->refuse_, &writer->remove_,
        &writer->put_state_, &writer->remove_state_}) {
    if (!statement->valid()) return nullptr;
  }
  return writer;
}

int SpoolWriter::write(SpoolChanges& changes, const SpoolQueues& queues) {
  int result = SQLITE_OK;
  for (std::size_t i = 0; i < queues.size(); ++i) {
    SpoolChanges::Queue& queue = changes.queues()[i];
    if (queue.counted) continue;
    const auto id = static_cast<Spool::QueueId>(i);
    result = append(changes, id, queue);
    if (result == SQLITE_OK) result = refuse(id, queue);
    if (result == SQLITE_OK) result = remove(id, queue);
    if (result == SQLITE_OK) result = put_queue(id, queues[i]);
    if (result != SQLITE_OK) return result;
  }
  return write_states(changes);
}

int SpoolWriter::append(const SpoolChanges& changes, Spool::QueueId id,
                        const SpoolChanges::Queue& queue) {
  for (const SpoolChanges::Message& message : queue.appended) {
    if (message.dropped) continue;
    const std::uint8_t* const topic = changes.content(message);
    const std::uint8_t* const payload = topic + message.topic;
    const int result =
        append_.run(MessageKey::id(id, message.sequence), wire::as_text({topic, message.topic}),
                    wire::ByteView(payload, message.payload),
                    wire::ByteView(payload + message.payload, message.properties), message.flags,
                    message.received_at, message.expires_at, message.batch);
    if (result != SQLITE_OK) return result;
  }
  return SQLITE_OK;
}

int SpoolWriter::refuse(Spool::QueueId id, const SpoolChanges::Queue& queue) {
  for (const SpoolChanges::Refusal& refusal : queue.refused) {
    const int result = refuse_.run(std::string_view(refusal.reason), refusal.refused_at,
                                   MessageKey::id(id, refusal.sequence));
    if (result != SQLITE_OK) return result;
  }
  return SQLITE_OK;
}

// Each run of consecutive sequences is one statement.
int SpoolWriter::remove(Spool::QueueId id, SpoolChanges::Queue& queue) {
  SpoolChanges::sort_removed(queue);
  const std::vector<std::uint64_t>& sequences = queue.removed;
  for (auto first = sequences.begin(); first != sequences.end();) {
    auto last = first;
    while (last + 1 != sequences.end() && *(last + 1) <= *last + 1) ++last;
    const int result = remove_.run(MessageKey::id(id, *first), MessageKey::id(id, *last));
    if (result != SQLITE_OK) return result;
    first = last + 1;
  }
  return SQLITE_OK;
}

int SpoolWriter::put_queue(Spool::QueueId id, const SpoolQueue& queue) {
  const QueueTotals& totals = queue.totals;
  return put_queue_.run(id, std::string_view(queue.name), totals.messages, totals.bytes,
                        totals.last_sequence, totals.refused);
}

int SpoolWriter::write_states(const SpoolChanges& changes) {
  for (const auto& [name, state] : changes.states()) {
    if (!state.changed) continue;
    const int result = state.removed
                           ? remove_state_.run(std::string_view(name))
                           : put_state_.run(std::string_view(name), wire::ByteView(state.value));
    if (result != SQLITE_OK) return result;
  }
  return SQLITE_OK;
}

}  // namespace mqrig::store
