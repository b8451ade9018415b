#include <doctest/doctest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <tests/store/state_file.hpp>

namespace mqrig::test {
namespace {

std::string text(wire::ByteView bytes) {
  return '"' + std::string(wire::as_text(bytes)) + '"';
}
std::string text(std::string_view text) {
  return '"' + std::string(text) + '"';
}

template <typename... Parts>
std::string line(const Parts&... parts) {
  std::ostringstream out;
  const char* separator = "";
  ((out << separator << parts, separator = " "), ...);
  return out.str();
}

int number(wire::QoS qos) {
  return static_cast<int>(qos);
}

class Reader final : public store::BrokerStore::Loader {
 public:
  void session(const store::SessionRecord& record) override {
    std::string will = "no will";
    if (record.will) {
      will = line("will", text(record.will->topic), text(record.will->payload),
                  text(record.will->properties), number(record.will->qos), record.will->retain,
                  record.will->delay);
    }
    rows.push_back(line("session", record.id, text(record.client_id),
                        record.user_name ? text(*record.user_name) : "nobody", record.expiry,
                        static_cast<int>(record.version), record.ended_at, will));
  }
  void subscription(const store::SubscriptionRecord& record) override {
    const wire::Subscription& options = record.subscription;
    rows.push_back(line("subscription", record.session, text(options.filter), number(options.qos),
                        options.no_local, options.retain_as_published,
                        static_cast<int>(options.retain_handling), record.identifier));
  }
  void message(const store::MessageRecord& record) override {
    rows.push_back(line("message", record.id, text(record.topic), text(record.payload),
                        text(record.properties), number(record.qos), record.retain,
                        record.expires_at, record.source));
  }
  void retained(std::string_view topic, std::uint64_t message) override {
    rows.push_back(line("retained", text(topic), message));
  }
  void received(std::uint64_t session, wire::PacketId packet_id) override {
    rows.push_back(line("received", session, packet_id));
  }
  void delivery(const store::DeliveryRecord& record) override {
    rows.push_back(line("delivery", record.key.session, record.key.sequence, record.key.message,
                        record.packet_id, number(record.qos), record.retain, record.released,
                        text(record.identifiers)));
  }

  Rows rows;
};

}  // namespace

Rows rows(store::BrokerStore& store) {
  Reader reader;
  const std::error_code error = store.load(reader);
  REQUIRE_MESSAGE(!error, error.message());
  return reader.rows;
}

StateFile::StateFile() {
  std::string name = std::filesystem::temp_directory_path() / "mqrig-store-XXXXXX";
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  folder_ = name;
}

StateFile::~StateFile() {
  std::filesystem::remove_all(folder_);
}

std::unique_ptr<store::BrokerStore> StateFile::open() const {
  std::string error;
  auto store = store::BrokerStore::open(path(), error);
  REQUIRE_MESSAGE(store != nullptr, error);
  return store;
}

std::string StateFile::refusal() const {
  std::string error;
  const auto store = store::BrokerStore::open(path(), error);
  CHECK((store == nullptr) == !error.empty());
  return error;
}

void StateFile::tamper(const char* sql) const {
  sqlite3* connection = nullptr;
  REQUIRE(sqlite3_open(path().c_str(), &connection) == SQLITE_OK);
  CHECK(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(connection);
}

std::int64_t StateFile::count(const std::string& table) const {
  sqlite3* connection = nullptr;
  REQUIRE(sqlite3_open(path().c_str(), &connection) == SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  const std::string sql = "SELECT count(*) FROM " + table;
  REQUIRE(sqlite3_prepare_v2(connection, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
  const std::int64_t count = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(connection);
  return count;
}

store::MessageRecord message(std::uint64_t id) {
  store::MessageRecord record;
  record.id = id;
  record.topic = "site/4/sensor";
  record.payload = wire::as_bytes("0123456789abcdef");
  record.qos = wire::QoS::at_least_once;
  return record;
}

store::DeliveryRecord delivery(std::uint64_t message) {
  store::DeliveryRecord record;
  record.key = {1, message, message};
  return record;
}

}  // namespace mqrig::test
