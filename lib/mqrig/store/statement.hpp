// A prepared statement that is used again and again.
#pragma once

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <string_view>

#include <mqrig/wire/types.hpp>

namespace mqrig::store {

// Must be destroyed before its connection. Parameters and columns count from 0. Bound texts and
// bytes are not copied: they stay until run() or the last next() has returned.
class Statement {
 public:
  // `sql` is one statement. On an error valid() is false, and the connection knows why.
  Statement(sqlite3* connection, const char* sql);
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  bool valid() const noexcept { return statement_ != nullptr; }

  // Binds all parameters in order and executes; SQLITE_OK or an extended result code.
  template <typename... Values>
  int run(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return execute();
  }

  // Binds all parameters in order; next() then gives the first row. To be ended by reset(), or by
  // the next query().
  template <typename... Values>
  void query(const Values&... values) {
    reset();
    int index = 0;
    (bind(++index, values), ...);
  }
  void reset() noexcept { sqlite3_reset(statement_); }

  // To the next row of a query: SQLITE_ROW, SQLITE_DONE or an extended result code.
  int next() noexcept { return sqlite3_step(statement_); }
  bool null(int column) const noexcept {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  std::int64_t integer(int column) const noexcept {
    return sqlite3_column_int64(statement_, column);
  }
  // Good until the next call of next().
  std::string_view text(int column) const noexcept;
  wire::ByteView bytes(int column) const noexcept;

 private:
  void bind(int index, std::integral auto value) noexcept {
    sqlite3_bind_int64(statement_, index, static_cast<sqlite3_int64>(value));
  }
  void bind(int index, std::string_view text) noexcept;
  void bind(int index, wire::ByteView bytes) noexcept;
  void bind(int index, std::nullptr_t) noexcept { sqlite3_bind_null(statement_, index); }
  int execute() noexcept;

  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace mqrig::store
