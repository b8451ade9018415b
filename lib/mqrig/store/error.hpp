// Why the store could not do what it was asked to.
#pragma once

#include <system_error>

namespace mqrig::store {

enum class Error {
  none = 0,
  no_space,      // the disk, the quota or the file size limit is reached; of the last one the
                 // program learns only when it ignores SIGXFSZ
  damaged,       // the file does not hold what the store wrote
  in_use,        // another process has it open
  not_writable,  // the file, its folder or the file system
  no_memory,
  input_output,  // the system could not read or write
  unexpected,    // anything else that SQLite reports
};

const std::error_category& error_category() noexcept;

inline std::error_code make_error_code(Error error) noexcept {
  return {static_cast<int>(error), error_category()};
}

}  // namespace mqrig::store

template <>
struct std::is_error_code_enum<mqrig::store::Error> : std::true_type {};
