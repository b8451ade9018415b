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

  // The sentence for a file that does not hold what it should.
  static std::string damaged(const std::string& path, const std::string& detail);

  sqlite3* connection() noexcept { return connection_; }

  int begin() noexcept { return begin_->run(); }
  int commit() noexcept { return commit_->run(); }
  // Also when there is no transaction to take back.
  void rollback() noexcept;

  // In the log after the last commit.
  std::uint64_t log_bytes() const noexcept { return log_pages_ * page_size_; }
  // Moves them into the file and begins the log anew.
  int checkpoint() noexcept;

  // What a result code means that was just returned.
  Error error(int result) const noexcept;

 private:
  explicit Database(sqlite3* connection) noexcept : connection_(connection) {}

  // Each is a step of open(): false with the sentence for the person.
  bool lock(const std::string& path, std::string& error);
  bool check_schema(const std::string& path, std::string& error);
  bool check_content(const std::string& path, std::string& error);
  bool create_schema();
  bool prepare();
  void give_back_room();
  // On refusal the log of another program's database is left as it is, too.
  void checkpoint_on_close(bool wanted) noexcept;
  std::optional<std::int64_t> query(const char* sql);
  bool execute(const char* sql) noexcept;
  bool no_room(int which_file) const noexcept;
  std::string explain(const std::string& path) const;
  static int on_commit(void* self, sqlite3*, const char*, int pages) noexcept;

  sqlite3* connection_;
  std::optional<Statement> begin_;
  std::optional<Statement> commit_;
  std::uint64_t log_pages_ = 0;
  std::uint64_t page_size_ = 0;
};

}  // namespace mqrig::store
