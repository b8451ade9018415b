#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <mqrig/net/endpoint.hpp>
#include <mqrig/net/notify.hpp>
#include <mqrig/net/system_call.hpp>
#include <string>

namespace mqrig::net {
namespace {

// Holds back the SIGPIPE that a write in this scope raises, and takes it away.
class WithoutPipeSignal {
 public:
  WithoutPipeSignal() {
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  WithoutPipeSignal(const WithoutPipeSignal&) = delete;
  WithoutPipeSignal& operator=(const WithoutPipeSignal&) = delete;
  ~WithoutPipeSignal() {
    const timespec now{};
    if (!was_pending_) ::sigtimedwait(&pipe_, nullptr, &now);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_;
};

// Of the clock that the manager compares with its own: CLOCK_MONOTONIC.
std::string monotonic_microseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace

std::error_code notify_ready(int descriptor) {
  IoResult result;
  {
    const WithoutPipeSignal scope;
    result = transfer([&] { return ::write(descriptor, "\n", 1); });
  }
  ::close(descriptor);
  if (result.error || result.count == 1) return result.error;
  return std::make_error_code(std::errc::resource_unavailable_try_again);
}

std::error_code notify_service(std::string_view state) {
  const char* name = std::getenv("NOTIFY_SOCKET");
  if (name == nullptr || *name == '\0') return {};
  if (*name != '/' && *name != '@') {
    return std::make_error_code(std::errc::address_family_not_supported);
  }
  Endpoint manager;
  if (const auto error = unix_endpoint(name, manager)) return error;
  std::string message(state);
  if (state.find("RELOADING=1") != state.npos) {
    message += "\nMONOTONIC_USEC=" + monotonic_microseconds();
  }
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return last_system_error();
  const IoResult result = transfer([&] {
    return ::sendto(socket, message.data(), message.size(), MSG_NOSIGNAL, manager.address(),
                    manager.size());
  });
  ::close(socket);
  return result.error;
}

}  // namespace mqrig::net
