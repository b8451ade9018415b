#include <mqrig/store/spool_reader.hpp>

#include <algorithm>
#include <limits>

#include <mqrig/store/message_columns.hpp>
#include <mqrig/store/message_key.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::store {
namespace {

std::uint64_t total(std::int64_t column) noexcept {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(column, 0));
}

SpoolQueue queue_of(const Statement& row) {
  SpoolQueue queue;
  queue.name = row.text(1);
  queue.totals.messages = total(row.integer(2));
  queue.totals.bytes = total(row.integer(3));
  queue.totals.last_sequence = total(row.integer(4));
  if (queue.totals.last_sequence > MessageKey::last_sequence) queue.totals.last_sequence = 0;
  queue.totals.refused = total(row.integer(5));
  return queue;
}

}  // namespace

SpoolReader::SpoolReader(Database& database)
    : database_(database),
      messages_(database.connection(),
                "SELECT * FROM message WHERE id BETWEEN ? AND ? ORDER BY id"),
      refused_(database.connection(),
               "SELECT * FROM refused_message WHERE id BETWEEN ? AND ? ORDER BY id"),
      state_(database.connection(), "SELECT value FROM state WHERE name = ?") {}

std::unique_ptr<SpoolReader> SpoolReader::prepare(Database& database) {
  std::unique_ptr<SpoolReader> reader(new SpoolReader(database));
  const bool valid =
      reader->messages_.valid() && reader->refused_.valid() && reader->state_.valid();
  return valid ? std::move(reader) : nullptr;
}

// Calls visit(row) for each row until it returns false. Afterwards the statement holds no lock.
template <typename Visit>
std::error_code SpoolReader::each_row(Statement& statement, Visit visit) {
  int result;
  while ((result = statement.next()) == SQLITE_ROW) {
    if (!visit(statement)) break;
  }
  const bool failed = result != SQLITE_ROW && result != SQLITE_DONE;
  const Error error = failed ? database_.error(result) : Error::none;
  statement.reset();
  if (failed) return error;
  return {};
}

std::error_code SpoolReader::read_queues(SpoolQueues& queues) {
  sqlite3* const connection = database_.connection();
  Statement rows(connection, "SELECT * FROM queue ORDER BY id");
  Statement last(connection, "SELECT max(id) FROM message WHERE id BETWEEN ? AND ?");
  Statement last_refused(connection,
                         "SELECT max(id) FROM refused_message WHERE id BETWEEN ? AND ?");
  if (!rows.valid() || !last.valid() || !last_refused.valid()) {
    return database_.error(sqlite3_extended_errcode(connection));
  }
  bool numbered = true;
  std::error_code error = each_row(rows, [&](const Statement& row) {
    numbered = row.integer(0) == static_cast<std::int64_t>(queues.size()) &&
               queues.size() <= std::numeric_limits<Spool::QueueId>::max();
    if (numbered) queues.push_back(queue_of(row));
    return numbered;
  });
  if (!numbered) return Error::damaged;
  for (std::size_t i = 0; i < queues.size() && !error; ++i) {
    std::uint64_t& sequence = queues[i].totals.last_sequence;
    error = read_last_sequence(last, static_cast<Spool::QueueId>(i), sequence);
    if (!error) error = read_last_sequence(last_refused, static_cast<Spool::QueueId>(i), sequence);
  }
  return error;
}

std::error_code SpoolReader::read_last_sequence(Statement& statement, Spool::QueueId queue,
                                                std::uint64_t& last) {
  statement.query(MessageKey::id(queue, 0), MessageKey::id(queue, MessageKey::last_sequence));
  return each_row(statement, [&](const Statement& row) {
    if (!row.null(0)) last = std::max(last, MessageKey::sequence(row.integer(0)));
    return true;
  });
}

const char* SpoolReader::read_message(const Statement& row, SpooledMessage& message) {
  wire::Publish& publish = message.publish;
  message.sequence = MessageKey::sequence(row.integer(0));
  publish.topic = row.text(1);
  publish.payload = row.bytes(2);
  const wire::ByteView properties = row.bytes(3);
  message.received_at = row.integer(5);
  message.expires_at = row.integer(6);
  const std::optional<Batch> batch = read_batch(row.integer(7));
  if (wire::check_topic_name(publish.topic) != wire::TopicError::none) {
    return "its topic is no name of a topic";
  }
  if (!properties.empty() &&
      wire::validate_properties(properties, wire::PropertyContext::publish) != wire::Fault::none) {
    return "its properties cannot be read";
  }
  if (!read_flags(row.integer(4), publish)) return "its QoS is none";
  if (!batch) return "its batch is none";
  publish.properties = wire::Properties(properties);
  message.batch = *batch;
  return message.size() > wire::max_remaining_length ? "it is longer than a message can be"
                                                     : nullptr;
}

std::error_code SpoolReader::read(Spool::QueueId queue, std::uint64_t first, std::uint64_t last,
                                  const Spool::Visitor& visit) {
  if (first > last) return {};
  messages_.query(MessageKey::id(queue, first), MessageKey::id(queue, last));
  const char* fault = nullptr;
  const std::error_code error = each_row(messages_, [&](const Statement& row) {
    SpooledMessage message;
    fault = read_message(row, message);
    return fault == nullptr && visit(message);
  });
  return fault != nullptr ? make_error_code(Error::damaged) : error;
}

std::error_code SpoolReader::read_refused(Spool::QueueId queue,
                                          const Spool::RefusedVisitor& visit) {
  refused_.query(MessageKey::id(queue, 0), MessageKey::id(queue, MessageKey::last_sequence));
  const char* fault = nullptr;
  const std::error_code error = each_row(refused_, [&](const Statement& row) {
    RefusedMessage refused;
    fault = read_message(row, refused.message);
    refused.reason = row.text(8);
    refused.refused_at = row.integer(9);
    return fault == nullptr && visit(refused);
  });
  return fault != nullptr ? make_error_code(Error::damaged) : error;
}

std::error_code SpoolReader::state(std::string_view name, std::optional<std::string>& value) {
  state_.query(name);
  return each_row(state_, [&](const Statement& row) {
    value = wire::as_text(row.bytes(0));
    return true;
  });
}

}  // namespace mqrig::store
