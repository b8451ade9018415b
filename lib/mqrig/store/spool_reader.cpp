#include <mqrig/store/spool_reader.hpp>

#include <algorithm>

#include <mqrig/store/message_columns.hpp>
#include <mqrig/store/message_key.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::store {
namespace {

std::uint64_t total(std::int64_t column) noexcept {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(column, 0));
}

bool can_be_sent(const wire::Publish& publish) noexcept {
  return wire::check_topic_name(publish.topic) == wire::TopicError::none &&
         publish.topic.size() + publish.payload.size() + publish.properties.encoded().size() <=
             wire::max_remaining_length;
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

// Calls report(row) for each row until it returns false. Afterwards the statement holds no lock.
template <typename Report>
std::error_code SpoolReader::each_row(Statement& statement, Report report) {
  int result;
  while ((result = statement.next()) == SQLITE_ROW) {
    Row row(statement);
    const bool more = report(row);
    if (!row.valid() || !more) {
      statement.reset();
      if (!row.valid()) return Error::damaged;
      return {};
    }
  }
  const Error error = result == SQLITE_DONE ? Error::none : database_.error(result);
  statement.reset();
  if (error != Error::none) return error;
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
  std::error_code error = each_row(rows, [&](Row& row) {
    if (row.integer<std::int64_t>() != static_cast<std::int64_t>(queues.size())) row.refuse();
    SpoolQueue& queue = queues.emplace_back();
    queue.name = row.text();
    queue.totals.messages = total(row.signed_integer());
    queue.totals.bytes = total(row.signed_integer());
    queue.totals.last_sequence = total(row.signed_integer());
    if (queue.totals.last_sequence > MessageKey::last_sequence) queue.totals.last_sequence = 0;
    queue.totals.refused = total(row.signed_integer());
    return true;
  });
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
  return each_row(statement, [&](Row& row) {
    if (!row.null()) last = std::max(last, MessageKey::sequence(row.signed_integer()));
    return true;
  });
}

bool SpoolReader::read_message(Row& row, SpooledMessage& message) {
  message.sequence = MessageKey::sequence(row.signed_integer());
  message.publish.topic = row.text();
  message.publish.payload = row.bytes();
  const wire::ByteView properties = row.bytes();
  const bool flags = read_flags(row.signed_integer(), message.publish);
  message.received_at = row.signed_integer();
  message.expires_at = row.signed_integer();
  const std::optional<Batch> batch = read_batch(row.signed_integer());
  if (!flags || !batch || !row.valid() ||
      (!properties.empty() &&
       wire::validate_properties(properties, wire::PropertyContext::publish) !=
           wire::Fault::none)) {
    return false;
  }
  message.publish.properties = wire::Properties(properties);
  message.batch = *batch;
  return can_be_sent(message.publish);
}

std::error_code SpoolReader::read(Spool::QueueId queue, std::uint64_t first, std::uint64_t last,
                                  const Spool::Visitor& visit) {
  if (first > last) return {};
  messages_.query(MessageKey::id(queue, first), MessageKey::id(queue, last));
  return each_row(messages_, [&](Row& row) {
    SpooledMessage message;
    if (!read_message(row, message)) row.refuse();
    return row.valid() && visit(message);
  });
}

std::error_code SpoolReader::read_refused(Spool::QueueId queue,
                                          const Spool::RefusedVisitor& visit) {
  refused_.query(MessageKey::id(queue, 0), MessageKey::id(queue, MessageKey::last_sequence));
  return each_row(refused_, [&](Row& row) {
    RefusedMessage refused;
    if (!read_message(row, refused.message)) row.refuse();
    refused.reason = row.text();
    refused.refused_at = row.signed_integer();
    return row.valid() && visit(refused);
  });
}

std::error_code SpoolReader::state(std::string_view name, std::optional<std::string>& value) {
  state_.query(name);
  return each_row(state_, [&](Row& row) {
    value = wire::as_text(row.bytes());
    return true;
  });
}

}  // namespace mqrig::store
