#pragma once

#include <mqrig/wire/buffer.hpp>

namespace mqrig::spool {

/// Standard output, written in large pieces. Blocks while its reader is slow.
class StandardOutput {
 public:
  wire::Buffer& buffer() { return buffer_; }

  /// Writes what has gathered once it is worth a system call. False when the reader is gone, which
  /// is no fault: nothing more need be made. Throws std::system_error when it cannot be written.
  bool write_when_full();
  bool write();

 private:
  wire::Buffer buffer_;
  bool closed_ = false;
};

}  // namespace mqrig::spool
