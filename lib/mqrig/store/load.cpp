#include <mqrig/store/load.hpp>

#include <limits>

namespace mqrig::store {
namespace {

// Reads the columns of one row in order, and notes when one holds what was never written.
class Row {
 public:
  explicit Row(const Statement& statement) : statement_(statement) {}

  bool valid() const noexcept { return valid_; }
  bool null() const noexcept { return statement_.null(column_); }
  void skip(int columns) noexcept { column_ += columns; }

  template <typename Integer>
  Integer integer(Integer least = 0, Integer most = std::numeric_limits<Integer>::max()) {
    const std::int64_t value = statement_.integer(column_++);
    valid_ = valid_ && std::cmp_greater_equal(value, least) && std::cmp_less_equal(value, most);
    return static_cast<Integer>(value);
  }
  std::uint64_t id() { return static_cast<std::uint64_t>(statement_.integer(column_++)); }
  bool boolean() { return integer<std::uint8_t>(0, 1) != 0; }
  wire::QoS qos() { return static_cast<wire::QoS>(integer<std::uint8_t>(0, 2)); }
  std::string_view text() { return statement_.text(column_++); }
  wire::ByteView bytes() { return statement_.bytes(column_++); }
  std::vector<std::uint8_t> byte_vector() {
    const wire::ByteView view = bytes();
    return {view.begin(), view.end()};
  }
  void refuse() noexcept { valid_ = false; }

 private:
  const Statement& statement_;
  int column_ = 0;
  bool valid_ = true;
};

WillRecord will_record(Row& row) {
  WillRecord will;
  will.topic = row.text();
  will.payload = row.byte_vector();
  will.properties = row.byte_vector();
  will.qos = row.qos();
  will.retain = row.boolean();
  will.delay = row.integer<std::uint32_t>();
  return will;
}

SessionRecord session_record(Row& row) {
  SessionRecord record;
  record.id = row.id();
  record.client_id = row.text();
  if (row.null()) {
    row.skip(1);
  } else {
    record.user_name = row.text();
  }
  record.expiry = row.integer<std::uint32_t>();
  record.version = static_cast<wire::Version>(row.integer<std::uint8_t>(3, 5));
  record.ended_at = row.integer<std::int64_t>();
  if (!row.null()) record.will = will_record(row);
  return record;
}

SubscriptionRecord subscription_record(Row& row) {
  SubscriptionRecord record;
  record.session = row.id();
  record.subscription.filter = row.text();
  const auto options = row.integer<std::uint8_t>(0, 0x2F);
  if ((options & 3) == 3) row.refuse();
  record.subscription.qos = static_cast<wire::QoS>(options & 3);
  record.subscription.no_local = (options & 1 << 2) != 0;
  record.subscription.retain_as_published = (options & 1 << 3) != 0;
  record.subscription.retain_handling = static_cast<wire::RetainHandling>(options >> 4);
  record.identifier = row.integer<std::uint32_t>();
  return record;
}

MessageRecord message_record(Row& row) {
  MessageRecord record;
  record.id = row.id();
  record.topic = row.text();
  record.payload = row.bytes();
  record.properties = row.bytes();
  record.qos = row.qos();
  record.retain = row.boolean();
  record.expires_at = row.integer<std::int64_t>();
  record.source = row.integer<std::uint64_t>();
  return record;
}

DeliveryRecord delivery_record(Row& row) {
  DeliveryRecord record;
  record.key.message = row.id();
  record.key.session = row.id();
  record.key.sequence = row.id();
  record.packet_id = row.integer<wire::PacketId>();
  record.qos = static_cast<wire::QoS>(row.integer<std::uint8_t>(1, 2));
  record.retain = row.boolean();
  record.released = row.boolean();
  record.identifiers = row.bytes();
  return record;
}

// Calls report(row) for each row of a query.
template <typename Report>
std::error_code read_rows(Database& database, const char* sql, Report report) {
  Statement statement(database.connection(), sql);
  if (!statement.valid()) return database.error(sqlite3_extended_errcode(database.connection()));
  int result;
  while ((result = statement.next()) == SQLITE_ROW) {
    Row row(statement);
    if (!report(row)) return Error::damaged;
  }
  if (result != SQLITE_DONE) return database.error(result);
  return {};
}

// A query whose rows are read by `record` and reported by `report`.
template <typename Record, typename Report>
std::error_code read_records(Database& database, const char* sql, Record record, Report report) {
  return read_rows(database, sql, [&](Row& row) {
    const auto read = record(row);
    if (row.valid()) report(read);
    return row.valid();
  });
}

std::error_code load_sessions(Database& database, BrokerStore::Loader& loader) {
  if (const std::error_code error =
          read_records(database, "SELECT * FROM session ORDER BY id", session_record,
                       [&](const SessionRecord& record) { loader.session(record); })) {
    return error;
  }
  return read_records(database,
                      "SELECT * FROM subscription WHERE session IN (SELECT id FROM session) "
                      "ORDER BY session, topic_filter",
                      subscription_record,
                      [&](const SubscriptionRecord& record) { loader.subscription(record); });
}

std::error_code load_messages(Database& database, BrokerStore::Loader& loader) {
  if (const std::error_code error =
          read_records(database, "SELECT * FROM application_message ORDER BY id", message_record,
                       [&](const MessageRecord& record) { loader.message(record); })) {
    return error;
  }
  return read_rows(database,
                   "SELECT topic_name, message FROM retained_message "
                   "WHERE message IN (SELECT id FROM application_message)",
                   [&](Row& row) {
                     const std::string_view topic = row.text();
                     loader.retained(topic, row.id());
                     return true;
                   });
}

std::error_code load_received(Database& database, BrokerStore::Loader& loader) {
  return read_rows(database,
                   "SELECT session, packet_identifier FROM received_packet_identifier "
                   "WHERE session IN (SELECT id FROM session) ORDER BY session, packet_identifier",
                   [&](Row& row) {
                     const std::uint64_t session = row.id();
                     const auto packet_id = row.integer<wire::PacketId>(1);
                     if (row.valid()) loader.received(session, packet_id);
                     return row.valid();
                   });
}

std::error_code load_deliveries(Database& database, BrokerStore::Loader& loader) {
  return read_records(database,
                      "SELECT * FROM delivery WHERE session IN (SELECT id FROM session) "
                      "AND message IN (SELECT id FROM application_message) "
                      "ORDER BY session, sequence",
                      delivery_record,
                      [&](const DeliveryRecord& record) { loader.delivery(record); });
}

}  // namespace

std::error_code load(Database& database, BrokerStore::Loader& loader) {
  for (const auto part : {load_sessions, load_messages, load_received, load_deliveries}) {
    if (const std::error_code error = part(database, loader)) return error;
  }
  return {};
}

}  // namespace mqrig::store
