#include <doctest/doctest.h>
#include <fcntl.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <mqrig/net/error.hpp>
#include <mqrig/net/notify.hpp>

#include "tests/net/listener.hpp"

namespace mqrig::net::tests {
namespace {

// What the service manager has: a datagram socket, and its name in our environment.
class Manager {
 public:
  explicit Manager(const std::string& name)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof address.sun_path - 1);
    if (name.starts_with('@')) address.sun_path[0] = '\0';
    const std::size_t size = offsetof(sockaddr_un, sun_path) + name.size();
    REQUIRE(::bind(socket_.number, reinterpret_cast<sockaddr*>(&address),
                   static_cast<socklen_t>(size)) == 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager() { ::unsetenv("NOTIFY_SOCKET"); }

  // What has come; empty if nothing has.
  std::string received() const {
    char buffer[256];
    const ssize_t size = ::recv(socket_.number, buffer, sizeof buffer, MSG_DONTWAIT);
    return {buffer, size < 0 ? 0 : static_cast<std::size_t>(size)};
  }

 private:
  Descriptor socket_;
};

struct Pipe {
  Pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
  }
  Descriptor read, write;
};

}  // namespace

TEST_CASE("the ready descriptor gets a newline and is closed") {
  Pipe pipe;
  CHECK_FALSE(notify_ready(pipe.write.release()));
  char buffer[8];
  CHECK(::read(pipe.read.number, buffer, sizeof buffer) == 1);
  CHECK(buffer[0] == '\n');
  CHECK(::read(pipe.read.number, buffer, sizeof buffer) == 0);
}

TEST_CASE("a ready descriptor to which nobody listens is an error and no signal") {
  struct sigaction current {};
  ::sigaction(SIGPIPE, nullptr, &current);
  ::signal(SIGPIPE, SIG_DFL);
  Pipe pipe;
  pipe.read.reset();
  const int descriptor = pipe.write.release();
  CHECK(notify_ready(descriptor) == std::errc::broken_pipe);
  CHECK(notify_ready(descriptor) == std::errc::bad_file_descriptor);
  ::sigaction(SIGPIPE, &current, nullptr);
}

TEST_CASE("the service manager is told at a path or an abstract name") {
  const ScratchDirectory directory;
  std::string name;
  SUBCASE("a path") {
    name = directory.path / "notify";
  }
  SUBCASE("an abstract name") {
    name = "@mqrig-notify-test-" + std::to_string(::getpid());
  }
  const Manager manager(name);
  CHECK_FALSE(notify_service("READY=1"));
  CHECK(manager.received() == "READY=1");
  CHECK_FALSE(notify_service("STOPPING=1\nSTATUS=saving"));
  CHECK(manager.received() == "STOPPING=1\nSTATUS=saving");
}

TEST_CASE("a reload comes with the time at which it began, in microseconds") {
  const ScratchDirectory directory;
  const Manager manager(directory.path / "notify");
  const auto now = [] {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
  const auto before = now();
  CHECK_FALSE(notify_service("RELOADING=1"));
  const std::string message = manager.received();
  const std::string head = "RELOADING=1\nMONOTONIC_USEC=";
  REQUIRE(message.starts_with(head));
  const long long begun = std::stoll(message.substr(head.size()));
  CHECK(begun >= before);
  CHECK(begun <= now());
}

TEST_CASE("without a service manager nothing is told, and one that is gone is an error") {
  ::unsetenv("NOTIFY_SOCKET");
  CHECK_FALSE(notify_service("READY=1"));
  const ScratchDirectory directory;
  ::setenv("NOTIFY_SOCKET", (directory.path / "gone").c_str(), 1);
  CHECK(notify_service("READY=1") == std::errc::no_such_file_or_directory);
  ::setenv("NOTIFY_SOCKET", "vsock:2:1234", 1);
  CHECK(notify_service("READY=1") == std::errc::address_family_not_supported);
  ::unsetenv("NOTIFY_SOCKET");
}

}  // namespace mqrig::net::tests
