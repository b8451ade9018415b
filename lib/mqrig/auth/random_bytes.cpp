#include <sys/random.h>

#include <cerrno>
#include <mqrig/auth/random_bytes.hpp>
#include <system_error>

namespace mqrig::auth {

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got = ::getrandom(bytes.data() + done, count - done, 0);
    if (got < 0 && errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "no random bytes");
    }
    if (got > 0) done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace mqrig::auth
