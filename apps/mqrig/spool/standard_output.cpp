#include "standard_output.hpp"

#include <unistd.h>

#include <cerrno>
#include <mqrig/cli/write_all.hpp>
#include <system_error>

namespace mqrig::spool {
namespace {

constexpr std::size_t write_size = 64 * 1024;
// A buffer that grew beyond this, for a large message, is given back.
constexpr std::size_t kept_capacity = 1024 * 1024;

}  // namespace

bool StandardOutput::write_when_full() {
  return buffer_.size() < write_size ? !closed_ : write();
}

bool StandardOutput::write() {
  if (closed_) return false;
  if (!cli::write_all(STDOUT_FILENO, wire::as_text(buffer_.view()))) {
    if (errno != EPIPE) {
      throw std::system_error(errno, std::generic_category(), "cannot write standard output");
    }
    closed_ = true;
  }
  buffer_.clear();
  if (buffer_.capacity() > kept_capacity) buffer_.release();
  return !closed_;
}

}  // namespace mqrig::spool
