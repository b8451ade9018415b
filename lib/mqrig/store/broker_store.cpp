#include <mqrig/store/broker_store.hpp>

#include <mqrig/store/change_writer.hpp>
#include <mqrig/store/changes.hpp>
#include <mqrig/store/database.hpp>
#include <mqrig/store/load.hpp>
#include <mqrig/store/schema.hpp>

namespace mqrig::store {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

std::unique_ptr<BrokerStore> BrokerStore::open(const std::string& path, std::string& error) {
  std::unique_ptr<Database> database =
      Database::open(schema::state_file, path, Database::Mode::create, error);
  if (!database) return nullptr;
  std::unique_ptr<ChangeWriter> writer = ChangeWriter::prepare(database->connection());
  if (!writer) {
    error = database->damaged(sqlite3_errmsg(database->connection()));
    return nullptr;
  }
  return std::unique_ptr<BrokerStore>(new BrokerStore(std::move(database), std::move(writer)));
}

BrokerStore::BrokerStore(std::unique_ptr<Database> database, std::unique_ptr<ChangeWriter> writer)
    : database_(std::move(database)),
      writer_(std::move(writer)),
      changes_(std::make_unique<Changes>()) {}

BrokerStore::~BrokerStore() = default;

std::error_code BrokerStore::load(Loader& loader) {
  return store::load(*database_, loader);
}

void BrokerStore::put_session(const SessionRecord& record) {
  changes_->put(record);
}
void BrokerStore::remove_session(std::uint64_t id) {
  changes_->remove_session(id);
}
void BrokerStore::put_subscription(const SubscriptionRecord& record) {
  changes_->put(record);
}
void BrokerStore::remove_subscription(std::uint64_t session, std::string_view filter) {
  changes_->remove_subscription(session, filter);
}
void BrokerStore::put_message(const MessageRecord& record) {
  changes_->put(record);
}
void BrokerStore::remove_message(std::uint64_t id) {
  changes_->remove_message(id);
}
void BrokerStore::put_retained(std::string_view topic, std::uint64_t message) {
  changes_->put_retained(topic, message);
}
void BrokerStore::remove_retained(std::string_view topic) {
  changes_->remove_retained(topic);
}
void BrokerStore::put_delivery(const DeliveryRecord& record) {
  changes_->put(record);
}
void BrokerStore::set_sent(const DeliveryKey& key, wire::PacketId packet_id) {
  changes_->change({key, packet_id, false, false});
}
void BrokerStore::set_released(const DeliveryKey& key) {
  changes_->change({key, std::nullopt, true, false});
}
void BrokerStore::remove_delivery(const DeliveryKey& key) {
  changes_->change({key, std::nullopt, false, true});
}
void BrokerStore::put_received(std::uint64_t session, wire::PacketId packet_id) {
  changes_->set_received(session, packet_id, true);
}
void BrokerStore::remove_received(std::uint64_t session, wire::PacketId packet_id) {
  changes_->set_received(session, packet_id, false);
}

bool BrokerStore::dirty() const noexcept {
  return !changes_->empty();
}

bool BrokerStore::urgent() const noexcept {
  return changes_->urgent();
}

std::error_code BrokerStore::commit() {
  if (!dirty()) return {};
  changes_->settle();
  if (!dirty()) {
    changes_->clear();
    return {};
  }
  const Clock::time_point start = Clock::now();
  const Error error = database_->transact([this] { return writer_->write(*changes_); });
  counters_.last_commit = Clock::now() - start;
  if (error != Error::none) {
    ++counters_.failures;
    checkpoint();  // room in the log may be all that is missing
    return error;
  }
  ++counters_.commits;
  changes_->clear();
  counters_.log_bytes = database_->log_bytes();
  if (counters_.log_bytes >= 2 * Database::checkpoint_due) checkpoint();
  return {};
}

void BrokerStore::maintain() {
  if (counters_.log_bytes >= Database::checkpoint_due) checkpoint();
}

// A failure is no loss: the log holds everything, and the next checkpoint tries again.
void BrokerStore::checkpoint() {
  const Clock::time_point start = Clock::now();
  if (database_->checkpoint() == SQLITE_OK) ++counters_.checkpoints;
  counters_.last_checkpoint = Clock::now() - start;
  counters_.log_bytes = database_->log_bytes();
}

}  // namespace mqrig::store
