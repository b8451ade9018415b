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

std::int64_t last_id(Spool::QueueId queue) noexcept {
  return MessageKey::id(queue, MessageKey::last_sequence);
}

// Can what comes at or behind this sequence be read? Also when there is nothing.
bool readable(Statement& statement, Spool::QueueId queue, std::uint64_t sequence) {
  statement.query(MessageKey::id(queue, sequence), last_id(queue));
  const int result = statement.next();
  statement.reset();
  return result == SQLITE_ROW || result == SQLITE_DONE;
}

// Behind a sequence at which nothing can be read. Only trying tells where a damaged page ends: one
// by one at first, for it may hold a single message; in growing steps where very many are lost, and
// then back to where it ends. Nothing when that is the end of the queue.
std::optional<std::uint64_t> first_readable_after(Statement& statement, Spool::QueueId queue,
                                                  std::uint64_t lost) {
  constexpr std::uint64_t one_by_one = 1024;
  std::uint64_t found = lost + 1;
  for (const std::uint64_t first = found; !readable(statement, queue, found);) {
    lost = found;
    found += 1 + (found - first) / one_by_one;
    if (found > MessageKey::last_sequence) return std::nullopt;
  }
  while (found - lost > 1) {
    const std::uint64_t middle = lost + (found - lost) / 2;
    (readable(statement, queue, middle) ? found : lost) = middle;
  }
  return found;
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

std::error_code SpoolReader::read_queues(SpoolQueues& queues, bool to_be_read_only) {
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
    if (to_be_read_only) error.clear();
  }
  return error;
}

std::error_code SpoolReader::read_last_sequence(Statement& statement, Spool::QueueId queue,
                                                std::uint64_t& last) {
  statement.query(MessageKey::id(queue, 0), last_id(queue));
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

const char* SpoolReader::read_message(const Statement& row, RefusedMessage& refused) {
  refused.reason = row.text(8);
  refused.refused_at = row.integer(9);
  return read_message(row, refused.message);
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
  refused_.query(MessageKey::id(queue, 0), last_id(queue));
  const char* fault = nullptr;
  const std::error_code error = each_row(refused_, [&](const Statement& row) {
    RefusedMessage refused;
    fault = read_message(row, refused);
    return fault == nullptr && visit(refused);
  });
  return fault != nullptr ? make_error_code(Error::damaged) : error;
}

SpoolReader::Salvaged SpoolReader::salvage(Spool::QueueId queue, const Spool::Visitor& visit) {
  return salvage_from<SpooledMessage>(messages_, queue, visit);
}

SpoolReader::Salvaged SpoolReader::salvage_refused(Spool::QueueId queue,
                                                   const Spool::RefusedVisitor& visit) {
  return salvage_from<RefusedMessage>(refused_, queue, visit);
}

template <typename Message, typename Visitor>
SpoolReader::Salvaged SpoolReader::salvage_from(Statement& statement, Spool::QueueId queue,
                                                const Visitor& visit) {
  Salvaged salvaged;
  for (std::optional<std::uint64_t> first = 0; first && salvaged.ended;) {
    std::uint64_t next = *first;
    statement.query(MessageKey::id(queue, next), last_id(queue));
    int result = SQLITE_DONE;
    while (salvaged.ended && (result = statement.next()) == SQLITE_ROW) {
      const std::uint64_t sequence = MessageKey::sequence(statement.integer(0));
      if (sequence < next) break;  // a damaged page: what comes from it cannot be trusted
      next = sequence + 1;
      Message message;
      if (read_message(statement, message) != nullptr) {
        ++salvaged.damaged;
      } else {
        ++salvaged.read;
        salvaged.ended = visit(message);
      }
    }
    statement.reset();
    if (!salvaged.ended || result == SQLITE_DONE) break;
    ++salvaged.damaged;
    first = first_readable_after(statement, queue, next);
  }
  return salvaged;
}

std::error_code SpoolReader::state(std::string_view name, std::optional<std::string>& value) {
  state_.query(name);
  return each_row(state_, [&](const Statement& row) {
    value = wire::as_text(row.bytes(0));
    return true;
  });
}

}  // namespace mqrig::store
