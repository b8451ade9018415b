#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <mqrig/net/error.hpp>
#include <mqrig/net/stream.hpp>

namespace mqrig::net {

inline std::error_code last_system_error() {
  return {errno, std::system_category()};
}

// Repeats a call that a signal interrupted, and says what its result means to a stream.
template <class Call>
IoResult transfer(Call call) {
  ssize_t count;
  do {
    count = call();
  } while (count < 0 && errno == EINTR);
  if (count >= 0) return {static_cast<std::size_t>(count), {}};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {};
  return {0, last_system_error()};
}

// The same for reading, where no bytes and no error is the end.
template <class Call>
IoResult transfer_in(Call call) {
  bool ended = false;
  IoResult result = transfer([&] {
    const ssize_t count = call();
    ended = count == 0;
    return count;
  });
  if (ended) result.error = Error::end_of_stream;
  return result;
}

inline IoResult receive_now(int socket, std::span<std::uint8_t> into) {
  return transfer_in([&] { return ::recv(socket, into.data(), into.size(), MSG_DONTWAIT); });
}

inline IoResult send_now(int socket, std::span<const std::uint8_t> from) {
  return transfer(
      [&] { return ::send(socket, from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL); });
}

}  // namespace mqrig::net
