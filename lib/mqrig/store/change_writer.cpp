#include <mqrig/store/change_writer.hpp>

namespace mqrig::store {
namespace {

// The options byte of SUBSCRIBE, section 3.8.3.1.
int options_byte(const wire::Subscription& options) {
  return static_cast<int>(options.qos) | (options.no_local ? 1 << 2 : 0) |
         (options.retain_as_published ? 1 << 3 : 0) |
         static_cast<int>(options.retain_handling) << 4;
}

// Calls write(row) until one fails.
template <typename Rows, typename Write>
int write_each(const Rows& rows, Write write) {
  for (const auto& row : rows) {
    if (const int result = write(row); result != SQLITE_OK) return result;
  }
  return SQLITE_OK;
}

}  // namespace

// OR REPLACE also where a row is new: no change that an owner could ask for by mistake may fail,
// for it would be tried again for ever.
ChangeWriter::ChangeWriter(sqlite3* connection)
    : put_session_(connection,
                   "INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      remove_session_(connection, "DELETE FROM session WHERE id = ?"),
      remove_subscriptions_(connection, "DELETE FROM subscription WHERE session = ?"),
      remove_all_received_(connection, "DELETE FROM received_packet_identifier WHERE session = ?"),
      put_subscription_(connection, "INSERT OR REPLACE INTO subscription VALUES (?, ?, ?, ?)"),
      remove_subscription_(connection,
                           "DELETE FROM subscription WHERE session = ? AND topic_filter = ?"),
      put_message_(connection,
                   "INSERT OR REPLACE INTO application_message VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      remove_messages_(connection, "DELETE FROM application_message WHERE id BETWEEN ? AND ?"),
      remove_deliveries_of_messages_(connection,
                                     "DELETE FROM delivery WHERE message BETWEEN ? AND ?"),
      put_retained_(connection, "INSERT OR REPLACE INTO retained_message VALUES (?, ?)"),
      remove_retained_(connection, "DELETE FROM retained_message WHERE topic_name = ?"),
      put_delivery_(connection, "INSERT OR REPLACE INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      set_sent_(connection,
                "UPDATE delivery SET packet_identifier = ? "
                "WHERE message = ? AND session = ? AND sequence = ?"),
      set_released_(connection,
                    "UPDATE delivery SET released = 1 "
                    "WHERE message = ? AND session = ? AND sequence = ?"),
      remove_delivery_(connection,
                       "DELETE FROM delivery WHERE message = ? AND session = ? AND sequence = ?"),
      put_received_(connection, "INSERT OR IGNORE INTO received_packet_identifier VALUES (?, ?)"),
      remove_received_(connection,
                       "DELETE FROM received_packet_identifier "
                       "WHERE session = ? AND packet_identifier = ?") {}

std::unique_ptr<ChangeWriter> ChangeWriter::prepare(sqlite3* connection) {
  std::unique_ptr<ChangeWriter> writer(new ChangeWriter(connection));
  for (const Statement* statement :
       {&writer->put_session_, &writer->remove_session_, &writer->remove_subscriptions_,
        &writer->remove_all_received_, &writer->put_subscription_, &writer->remove_subscription_,
        &writer->put_message_, &writer->remove_messages_, &writer->remove_deliveries_of_messages_,
        &writer->put_retained_, &writer->remove_retained_, &writer->put_delivery_,
        &writer->set_sent_, &writer->set_released_, &writer->remove_delivery_,
        &writer->put_received_, &writer->remove_received_}) {
    if (!statement->valid()) return nullptr;
  }
  return writer;
}

int ChangeWriter::write(const Changes& changes) {
  using Part = int (ChangeWriter::*)(const Changes&);
  static constexpr Part parts[] = {
      &ChangeWriter::write_sessions,    &ChangeWriter::write_subscriptions,
      &ChangeWriter::remove_messages,   &ChangeWriter::write_messages,
      &ChangeWriter::change_deliveries, &ChangeWriter::write_deliveries,
      &ChangeWriter::write_retained,    &ChangeWriter::write_received};
  return write_each(parts, [&](Part part) { return (this->*part)(changes); });
}

int ChangeWriter::put(const SessionRecord& record) {
  const auto run = [&](const auto& user_name, const auto&... will) {
    return put_session_.run(record.id, std::string_view(record.client_id), user_name, record.expiry,
                            static_cast<int>(record.version), record.ended_at, will...);
  };
  const auto run_with_user = [&](const auto&... will) {
    if (!record.user_name) return run(nullptr, will...);
    return run(std::string_view(*record.user_name), will...);
  };
  if (!record.will) return run_with_user(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  const WillRecord& will = *record.will;
  return run_with_user(std::string_view(will.topic), wire::ByteView(will.payload),
                       wire::ByteView(will.properties), static_cast<int>(will.qos), will.retain,
                       will.delay);
}

int ChangeWriter::remove_session(std::uint64_t id) {
  for (Statement* statement : {&remove_subscriptions_, &remove_all_received_, &remove_session_}) {
    if (const int result = statement->run(id); result != SQLITE_OK) return result;
  }
  return SQLITE_OK;
}

int ChangeWriter::write_sessions(const Changes& changes) {
  return write_each(changes.sessions, [this](const auto& entry) {
    return entry.second ? put(*entry.second) : remove_session(entry.first);
  });
}

int ChangeWriter::write_subscriptions(const Changes& changes) {
  return write_each(changes.subscriptions, [this](const auto& entry) {
    const auto& [session, filter] = entry.first;
    if (!entry.second) return remove_subscription_.run(session, std::string_view(filter));
    return put_subscription_.run(session, std::string_view(filter),
                                 options_byte(entry.second->options), entry.second->identifier);
  });
}

int ChangeWriter::write_messages(const Changes& changes) {
  return write_each(changes.messages, [this](const Changes::Message& message) {
    const MessageRecord& record = message.record;
    return put_message_.run(record.id, record.topic, record.payload, record.properties,
                            static_cast<int>(record.qos), record.retain, record.expires_at,
                            record.source);
  });
}

// Each run of consecutive ids is one statement: per message that costs a third.
int ChangeWriter::remove_messages(const Changes& changes) {
  const auto& ids = changes.removed_messages;
  for (auto first = ids.begin(); first != ids.end();) {
    auto last = first;
    while (last + 1 != ids.end() && *(last + 1) == *last + 1) ++last;
    for (Statement* statement : {&remove_messages_, &remove_deliveries_of_messages_}) {
      if (const int result = statement->run(*first, *last); result != SQLITE_OK) return result;
    }
    first = last + 1;
  }
  return SQLITE_OK;
}

int ChangeWriter::write_retained(const Changes& changes) {
  return write_each(changes.retained, [this](const auto& entry) {
    const std::string_view topic = entry.first;
    return entry.second ? put_retained_.run(topic, *entry.second) : remove_retained_.run(topic);
  });
}

int ChangeWriter::write_deliveries(const Changes& changes) {
  return write_each(changes.deliveries, [this](const Changes::Delivery& delivery) {
    const DeliveryRecord& record = delivery.record;
    return put_delivery_.run(record.key.message, record.key.session, record.key.sequence,
                             record.packet_id, static_cast<int>(record.qos), record.retain,
                             record.released, record.identifiers);
  });
}

int ChangeWriter::change_deliveries(const Changes& changes) {
  return write_each(changes.delivery_changes, [this](const Changes::DeliveryChange& change) {
    const auto& [session, sequence, message] = change.key;
    if (change.removed) return remove_delivery_.run(message, session, sequence);
    if (change.packet_id) {
      const int result = set_sent_.run(*change.packet_id, message, session, sequence);
      if (result != SQLITE_OK) return result;
    }
    return change.released ? set_released_.run(message, session, sequence) : SQLITE_OK;
  });
}

int ChangeWriter::write_received(const Changes& changes) {
  return write_each(changes.received, [this](const Changes::Received& row) {
    Statement& statement = row.present ? put_received_ : remove_received_;
    return statement.run(row.session, row.packet_id);
  });
}

}  // namespace mqrig::store
