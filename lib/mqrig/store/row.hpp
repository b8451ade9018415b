// Reading the columns of a row.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include <mqrig/store/statement.hpp>

namespace mqrig::store {

// Reads them in order, and notes when one holds what was never written. Views live as long as
// those of the statement.
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
  std::int64_t signed_integer() noexcept { return statement_.integer(column_++); }
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

}  // namespace mqrig::store
