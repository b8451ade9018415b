#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mqrig/net/web_socket_random.hpp>
#include <system_error>

namespace mqrig::net {

void fill_randomly(std::span<std::uint8_t> into) {
  while (!into.empty()) {
    const auto got = ::getrandom(into.data(), into.size(), 0);
    if (got < 0 && errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "no random bytes");
    }
    if (got > 0) into = into.subspan(static_cast<std::size_t>(got));
  }
}

WebSocketMask random_mask() {
  // As much as the kernel gives at once, whatever happens.
  thread_local std::array<std::uint8_t, 256> kept;
  thread_local std::size_t left = 0;
  if (left == 0) {
    fill_randomly(kept);
    left = kept.size();
  }
  WebSocketMask mask;
  left -= mask.size();
  std::copy_n(kept.begin() + static_cast<std::ptrdiff_t>(left), mask.size(), mask.begin());
  return mask;
}

}  // namespace mqrig::net
