#include "input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace mqrig {
namespace {

/// A descriptor that is closed at the end, unless it is standard input.
class File {
 public:
  explicit File(const std::string& path)
      : name_(path == "-" ? "standard input" : "'" + path + "'"),
        descriptor_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail();
  }
  explicit File(int descriptor)
      : name_("descriptor " + std::to_string(descriptor)), descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
  }

  /// What the file system says; 0 for pipes and the like.
  std::size_t expected_size() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail();
    return S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) : 0;
  }

  /// 0 at the end.
  std::size_t read(char* into, std::size_t size) const {
    ssize_t count = -1;
    do {
      count = ::read(descriptor_, into, size);
    } while (count < 0 && errno == EINTR);
    if (count < 0) fail();
    return static_cast<std::size_t>(count);
  }

  const std::string& name() const { return name_; }

 private:
  [[noreturn]] void fail() const {
    const std::string reason = std::generic_category().message(errno);
    throw InputError("cannot read " + name_ + ": " + reason);
  }

  std::string name_;
  int descriptor_;
};

[[noreturn]] void too_large(const File& file, std::size_t maximum) {
  throw InputError(file.name() + " is larger than the " + std::to_string(maximum) +
                   " bytes that fit");
}

std::string read_all(const File& file, std::size_t maximum) {
  constexpr std::size_t step = 65'536;
  const std::size_t expected = file.expected_size();
  if (expected > maximum) too_large(file, maximum);
  std::string content;
  std::size_t size = 0;
  content.resize(expected + 1);  // one more than expected shows the end without growing
  for (;;) {
    if (size == content.size()) content.resize(std::max(2 * size, step));
    const std::size_t count = file.read(content.data() + size, content.size() - size);
    size += count;
    if (size > maximum) too_large(file, maximum);
    if (count == 0) break;
  }
  content.resize(size);
  return content;
}

}  // namespace

std::string read_file(const std::string& path, std::size_t maximum) {
  return read_all(File(path), maximum);
}

std::string read_descriptor(int descriptor, std::size_t maximum) {
  return read_all(File(descriptor), maximum);
}

void check_readable(const std::string& path) {
  const File file(path);
}

}  // namespace mqrig
