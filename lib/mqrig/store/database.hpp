// The connection to a file: opening with all its checks, transactions, checkpoints.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <mqrig/store/error.hpp>
#include <mqrig/store/file_kind.hpp>
#include <mqrig/store/log_check.hpp>
#include <mqrig/store/statement.hpp>

namespace mqrig::store {

class Database {
 public:
  // look: as existing, but nothing is written, nor moved out of the log. salvage: as existing, but
  // the log may be missing or damaged.
  enum class Mode : std::uint8_t { create, existing, look, salvage };

  // Null and a sentence in `error` when the file is in use by another process, damaged, not of this
  // kind, written by a newer mqrig, or not writable; it is left as it was. Mode::create makes a
  // missing one.
  static std::unique_ptr<Database> open(const FileKind& kind, const std::string& path, Mode mode,
                                        std::string& error);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // The last step of opening: writes into the file that it needs its log until it is closed, where
  // the kind says so. On a full disk it stays unwritten: what waits in the file is to leave it.
  void claim();

  // The sentence for a file that does not hold what it should.
  std::string damaged(const std::string& detail) const;

  sqlite3* connection() noexcept { return connection_; }

  // All that `write` changes, which returns a result code, in one transaction; or nothing of it.
  // Room in the log may be all that is missing then: checkpoint() makes some. Where the kind says
  // that the log is needed, the file has room for what is committed before it is: a checkpoint
  // needs none of a full disk, and what leaves the file finds its place in the log.
  template <typename Write>
  Error transact(Write write);

  // All that is transacted between these two is one transaction, which leaves memory for the log
  // when it grows. Without end_group() nothing of it is there when the file is opened again. After
  // a failure in between there is nothing to do but to close.
  Error begin_group();
  Error end_group();
  bool grouped() const noexcept { return grouped_; }

  // Bytes in the log. A checkpoint copies each page that is in it once, however often it was
  // written.
  static constexpr std::uint64_t checkpoint_due = 4 * 1024 * 1024;
  // In the log after the last commit.
  std::uint64_t log_bytes() const noexcept { return log_pages_ * page_size_; }
  // Moves them into the file and begins the log anew.
  int checkpoint() noexcept;

  // Of the file and its log.
  std::uint64_t file_bytes() const noexcept;
  // After a refusal not even the log is moved into the file.
  void checkpoint_on_close(bool wanted) noexcept;

  // What a result code means that was just returned.
  Error error(int result) const noexcept;

 private:
  Database(const FileKind& kind, std::string path, sqlite3* connection) noexcept
      : kind_(kind), path_(std::move(path)), connection_(connection) {}

  // Each is a step of open(): false with the sentence for the person.
  bool lock(std::string& error);
  bool check_log(Mode mode, std::string& error);
  bool check_schema(Mode mode, std::string& error);
  bool check_content(std::string& error);
  bool create_schema();
  bool prepare();
  void give_back_room();
  int make_room();
  void reserve_log() noexcept;
  std::optional<std::int64_t> query(const char* sql);
  bool execute(const char* sql) noexcept;
  // Also when there is no transaction to take back.
  void rollback() noexcept;
  sqlite3_file* file(int which_file) const noexcept;
  bool no_room(int which_file) const noexcept;
  std::string name() const;
  std::string log_name() const;
  std::string explain() const;
  static int on_commit(void* self, sqlite3*, const char*, int pages) noexcept;

  const FileKind& kind_;
  std::string path_;
  sqlite3* connection_;
  std::optional<Statement> begin_;
  std::optional<Statement> commit_;
  std::optional<Statement> page_count_;
  std::uint64_t log_pages_ = 0;
  std::uint64_t page_size_ = 0;
  bool claimed_ = false;
  bool grouped_ = false;
};

template <typename Write>
Error Database::transact(Write write) {
  // SQLite has taken the group back after a failure.
  if (grouped_ && sqlite3_get_autocommit(connection_) != 0) return Error::unexpected;
  int result = grouped_ ? SQLITE_OK : begin_->run();
  if (result == SQLITE_OK) result = write();
  if (result == SQLITE_OK && kind_.needs_log) result = make_room();
  if (result == SQLITE_OK && !grouped_) result = commit_->run();
  if (result == SQLITE_OK) return Error::none;
  const Error failure = error(result);
  rollback();
  return failure;
}

}  // namespace mqrig::store
