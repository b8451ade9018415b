// The connection to the state file: opening with all its checks, transactions, checkpoints.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <mqrig/store/error.hpp>
#include <mqrig/store/statement.hpp>

namespace mqrig::store {

class Database {
 public:
  // As BrokerStore::open().
  static std::unique_ptr<Database> open(const std::string& path, std::string& error);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  sqlite3* connection() noexcept { return connection_; }

  int begin() noexcept { return begin_->run(); }
  int commit() noexcept { return commit_->run(); }
  // Also when there is no transaction to take back.
  void rollback() noexcept;

  // Pages in the log after the last commit.
  std::uint32_t log_pages() const noexcept { return log_pages_; }
  // Moves them into the file and begins the log anew.
  int checkpoint() noexcept;

  // What a result code means, together with what the system said last.
  Error error(int result) const noexcept;

 private:
  explicit Database(sqlite3* connection) noexcept : connection_(connection) {}

  bool lock(const std::string& path, std::string& error);
  bool check_schema(const std::string& path, std::string& error);
  bool create_schema() noexcept;
  bool prepare() noexcept;
  std::optional<std::int64_t> query(const char* sql);
  bool execute(const char* sql) noexcept;
  std::string explain(const std::string& path) const;
  static int on_commit(void* self, sqlite3*, const char*, int pages) noexcept;

  sqlite3* connection_;
  std::optional<Statement> begin_;
  std::optional<Statement> commit_;
  std::uint32_t log_pages_ = 0;
};

}  // namespace mqrig::store
