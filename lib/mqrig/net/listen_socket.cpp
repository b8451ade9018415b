#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <mqrig/net/connected_socket.hpp>
#include <mqrig/net/listen_socket.hpp>
#include <mqrig/net/system_call.hpp>
#include <utility>

namespace mqrig::net {
namespace {

void set(int socket, int level, int option, int value) {
  ::setsockopt(socket, level, option, &value, sizeof value);
}

void enable(int socket, int level, int option) {
  set(socket, level, option, 1);
}

// A peer that is gone without a word is noticed after about four minutes, also where nothing is
// sent and no protocol above asks for signs of life.
void notice_silent_ends(int socket) {
  enable(socket, SOL_SOCKET, SO_KEEPALIVE);
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, 120);
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, 30);
  set(socket, IPPROTO_TCP, TCP_KEEPCNT, 4);
}

// A socket file to which nothing answers was left behind by a process that is gone.
bool is_stale(const Endpoint& endpoint, const std::string& file) {
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  const bool refused =
      ::connect(probe, endpoint.address(), endpoint.size()) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  return refused;
}

}  // namespace

ListenSocket::ListenSocket(ListenSocket&& other) noexcept
    : endpoint_(other.endpoint_),
      descriptor_(other.release()),
      file_(std::exchange(other.file_, {})),
      identity_(other.identity_) {}

ListenSocket& ListenSocket::operator=(ListenSocket&& other) noexcept {
  std::swap(endpoint_, other.endpoint_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(file_, other.file_);
  std::swap(identity_, other.identity_);
  return *this;
}

ListenSocket::~ListenSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
  unlink_file();
}

std::error_code ListenSocket::open(const Endpoint& endpoint, bool reuse_port) {
  endpoint_ = endpoint;
  descriptor_ = ::socket(endpoint.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0) return last_system_error();
  return bind_and_listen(reuse_port);
}

std::error_code ListenSocket::bind_and_listen(bool reuse_port) {
  const bool local = endpoint_.family() == AF_UNIX;
  const std::string path = local ? endpoint_.text() : "";
  const bool file = local && !path.starts_with('@');
  if (!local) {
    enable(descriptor_, SOL_SOCKET, SO_REUSEADDR);
    if (reuse_port) enable(descriptor_, SOL_SOCKET, SO_REUSEPORT);
    // Each family has a socket of its own, whatever the machine's default is.
    if (endpoint_.family() == AF_INET6) enable(descriptor_, IPPROTO_IPV6, IPV6_V6ONLY);
    // Accepted sockets inherit these.
    send_without_delay(descriptor_);
    notice_silent_ends(descriptor_);
  }
  const auto bind = [this] {
    return ::bind(descriptor_, endpoint_.address(), endpoint_.size()) == 0;
  };
  if (!bind()) {
    const std::error_code error = last_system_error();
    const bool retry = file && error == std::errc::address_in_use && is_stale(endpoint_, path);
    if (!retry) return error;
    ::unlink(path.c_str());
    if (!bind()) return last_system_error();
  }
  if (file && ::lstat(path.c_str(), &identity_) == 0) file_ = path;
  if (::listen(descriptor_, SOMAXCONN) != 0) return last_system_error();
  if (local) return {};
  *endpoint_.size_slot() = sizeof(sockaddr_storage);
  if (::getsockname(descriptor_, endpoint_.address(), endpoint_.size_slot()) == 0) return {};
  return last_system_error();
}

int ListenSocket::release() {
  return std::exchange(descriptor_, -1);
}

void ListenSocket::unlink_file() {
  struct stat now {};
  if (file_.empty() || ::lstat(file_.c_str(), &now) != 0) return;
  if (now.st_dev == identity_.st_dev && now.st_ino == identity_.st_ino) ::unlink(file_.c_str());
}

}  // namespace mqrig::net
