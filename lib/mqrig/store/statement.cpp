#include <mqrig/store/statement.hpp>

#include <utility>

namespace mqrig::store {

Statement::Statement(sqlite3* connection, const char* sql) {
  sqlite3_prepare_v3(connection, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)) {}

std::string_view Statement::text(int column) const noexcept {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return {data,
          data == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

wire::ByteView Statement::bytes(int column) const noexcept {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {data,
          data == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

// An empty view may point nowhere, which SQLite would take for NULL.
void Statement::bind(int index, std::string_view text) noexcept {
  sqlite3_bind_text64(statement_, index, text.data() == nullptr ? "" : text.data(), text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind(int index, wire::ByteView bytes) noexcept {
  if (bytes.empty()) {
    sqlite3_bind_zeroblob(statement_, index, 0);
  } else {
    sqlite3_bind_blob64(statement_, index, bytes.data(), bytes.size(), SQLITE_STATIC);
  }
}

int Statement::execute() noexcept {
  const int stepped = sqlite3_step(statement_);
  const int reset = sqlite3_reset(statement_);
  return stepped == SQLITE_DONE ? SQLITE_OK : reset;
}

}  // namespace mqrig::store
