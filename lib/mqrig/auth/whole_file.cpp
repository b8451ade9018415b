#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <mqrig/auth/whole_file.hpp>

namespace mqrig::auth {
namespace {

constexpr std::size_t largest = 64U << 20;

// Until there is something to read, or the end. An errno value.
int wait_for_input(int descriptor, const std::stop_token& stop) {
  constexpr int slice = 50;  // ms
  constexpr int slices = 10'000 / slice;
  pollfd event{descriptor, POLLIN, 0};
  for (int i = 0; i < slices; ++i) {
    if (stop.stop_requested()) return ECANCELED;
    const int ready = ::poll(&event, 1, slice);
    if (ready > 0) return 0;
    if (ready < 0 && errno != EINTR) return errno;
  }
  return ETIMEDOUT;
}

int read_all(int descriptor, std::string& content, const std::stop_token& stop) {
  char buffer[16'384];
  for (;;) {
    if (const int reason = wait_for_input(descriptor, stop); reason != 0) return reason;
    const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) return errno;
    if (count == 0) return 0;
    content.append(buffer, static_cast<std::size_t>(count));
    if (content.size() > largest) return EFBIG;
  }
}

}  // namespace

WholeFile read_whole_file(const std::string& path, std::stop_token stop) {
  WholeFile file;
  // A pipe that nobody writes into would hold up open() for ever.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status {};
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0) {
    file.reason = errno;
  } else {
    file.mode = status.st_mode;
    file.owner = status.st_uid;
    file.group = status.st_gid;
    file.reason = read_all(descriptor, file.content, stop);
  }
  if (descriptor >= 0) ::close(descriptor);
  return file;
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

int replace_whole_file(const std::string& path, std::string_view content) {
  std::string temporary = path + ".XXXXXX";
  const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return errno;
  const bool done = write_all(descriptor, content) && ::fsync(descriptor) == 0 &&
                    ::rename(temporary.c_str(), path.c_str()) == 0;
  const int reason = done ? 0 : errno;
  ::close(descriptor);
  if (!done) ::unlink(temporary.c_str());
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  const int directory =
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
  return reason;
}

}  // namespace mqrig::auth
