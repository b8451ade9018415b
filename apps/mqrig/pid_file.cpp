#include "pid_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace mqrig {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw std::runtime_error("--pid-file '" + path + "': " + why);
}

/// What stands in the file of another process, for the message.
std::string holder(int descriptor) {
  char text[21] = {};
  const ssize_t size = ::pread(descriptor, text, sizeof text - 1, 0);
  const std::string digits(text, std::strspn(text, "0123456789"));
  return size <= 0 || digits.empty() ? "another process" : "process " + digits;
}

/// False when the file was removed or replaced between open() and the lock.
bool still_there(const std::string& path, int descriptor) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

}  // namespace

PidFile::PidFile(std::string path) : path_(std::move(path)), owner_(::getpid()) {
  if (path_.empty()) return;
  do {
    if (descriptor_ >= 0) ::close(descriptor_);
    take();
  } while (!still_there(path_, descriptor_));
  write();
}

void PidFile::take() {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (descriptor_ < 0) fail(path_, std::strerror(errno));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const int error = errno;
  const std::string why = error == EWOULDBLOCK ? holder(descriptor_) + " holds it: stop that first"
                                               : std::string(std::strerror(error));
  ::close(descriptor_);
  fail(path_, why);
}

void PidFile::write() {
  const std::string text = std::to_string(owner_) + "\n";
  const bool written =
      ::ftruncate(descriptor_, 0) == 0 &&
      ::pwrite(descriptor_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  if (written) return;
  const std::string why = std::strerror(errno);
  ::unlink(path_.c_str());
  ::close(descriptor_);
  fail(path_, why);
}

PidFile::~PidFile() {
  if (descriptor_ < 0 || ::getpid() != owner_) return;
  ::unlink(path_.c_str());
  ::close(descriptor_);
}

}  // namespace mqrig
