#include "output_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <mqrig/cli/write_all.hpp>
#include <system_error>
#include <utility>

#include "../input_file.hpp"

namespace mqrig::bench {
namespace {

std::string reason() {
  return std::generic_category().message(errno);
}

}  // namespace

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  if (path_.empty()) return;
  if (is_stdout()) {
    descriptor_ = STDOUT_FILENO;
    return;
  }
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw InputError("cannot write " + path_ + ": " + reason());
}

OutputFile::~OutputFile() {
  if (descriptor_ > STDOUT_FILENO) ::close(descriptor_);
}

void OutputFile::write(std::string_view text) {
  if (!wanted() || !error_.empty() || reader_gone_) return;
  // A pipe or a device has nothing to empty.
  if (!std::exchange(begun_, true) && !is_stdout()) static_cast<void>(::ftruncate(descriptor_, 0));
  if (cli::write_all(descriptor_, text)) return;
  if (errno == EPIPE) {
    reader_gone_ = true;
    return;
  }
  error_ = "could not write " + path_ + ": " + reason();
}

}  // namespace mqrig::bench
