#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <cstring>
#include <filesystem>
#include <mqrig/net/socket_stream.hpp>
#include <string>
#include <utility>

namespace mqrig::net::tests {

// A descriptor that is closed with its owner.
struct Descriptor {
  int number = -1;
  Descriptor() = default;
  explicit Descriptor(int number_) : number(number_) {}
  Descriptor(Descriptor&& other) noexcept : number(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number, other.number);
    return *this;
  }
  ~Descriptor() { reset(); }
  int release() { return std::exchange(number, -1); }
  void reset() {
    if (number >= 0) ::close(number);
    number = -1;
  }
};

// A listening socket on a loopback address and a port that the kernel chose, or on a Unix path.
// accept() blocks: loopback connections are complete when connect says so.
class Listener {
 public:
  explicit Listener(const std::string& address, std::uint16_t fixed_port = 0, int backlog = 16) {
    const bool v6 = address.find(':') != address.npos;
    sockaddr_storage storage{};
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    storage.ss_family = static_cast<sa_family_t>(v6 ? AF_INET6 : AF_INET);
    v4.sin_port = htons(fixed_port);
    void* into = &v4.sin_addr;
    if (v6) into = &reinterpret_cast<sockaddr_in6&>(storage).sin6_addr;
    REQUIRE(::inet_pton(storage.ss_family, address.c_str(), into) == 1);
    listen_on(reinterpret_cast<sockaddr*>(&storage),
              v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in), backlog);
    socklen_t size = sizeof storage;
    ::getsockname(socket_.number, reinterpret_cast<sockaddr*>(&storage), &size);
    port_ = ntohs(v4.sin_port);
  }

  Listener(const std::filesystem::path& path, int backlog) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    listen_on(reinterpret_cast<sockaddr*>(&address), sizeof address, backlog);
  }

  std::uint16_t port() const { return port_; }
  // Somebody waits to be accepted.
  bool has_connection() const {
    pollfd entry{socket_.number, POLLIN, 0};
    return ::poll(&entry, 1, 0) > 0;
  }
  Descriptor accept() const { return Descriptor(::accept(socket_.number, nullptr, nullptr)); }
  void close() { socket_.reset(); }

 private:
  void listen_on(const sockaddr* address, socklen_t size, int backlog) {
    socket_ = Descriptor(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(socket_.number, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    REQUIRE(::bind(socket_.number, address, size) == 0);
    REQUIRE(::listen(socket_.number, backlog) == 0);
  }

  Descriptor socket_;
  std::uint16_t port_ = 0;
};

// A port that nobody uses at either address of localhost.
inline std::uint16_t common_port() {
  while (true) {
    const Listener other("::1");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(other.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const Descriptor probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto* const at = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(probe.number, at, sizeof address) == 0) return other.port();
  }
}

// A directory for sockets and files, gone with the test.
struct ScratchDirectory {
  std::filesystem::path path;
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "mqrig-net-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() { std::filesystem::remove_all(path); }
};

}  // namespace mqrig::net::tests
