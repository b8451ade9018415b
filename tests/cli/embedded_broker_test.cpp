#include "apps/mqrig/bench/embedded_broker.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/load/children.hpp"
#include "tests/support/sanitized.hpp"

namespace mqrig::bench::tests {
namespace {

using load::tests::has_children;
using load::tests::open_descriptors;

const cli::Diagnostic diagnostic("mqrig bench", cli::ColourMode::never, true);

/// A connection whose CONNECT was answered, or not.
class Client {
 public:
  explicit Client(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      return;
    constexpr std::string_view connect("\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00", 14);
    if (::send(socket_, connect.data(), connect.size(), MSG_NOSIGNAL) != 14) return;
    char answer[4] = {};
    accepted_ = ::recv(socket_, answer, sizeof answer, MSG_WAITALL) == 4 && answer[3] == 0;
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(socket_); }

  bool accepted() const { return accepted_; }
  /// Waits for the end that the broker makes.
  bool ended() const {
    char byte = 0;
    return ::recv(socket_, &byte, 1, 0) == 0;
  }

 private:
  const int socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool accepted_ = false;
};

}  // namespace

TEST_CASE("the embedded broker serves until its object ends, and leaves nothing behind") {
  const auto before = open_descriptors();
  std::uint16_t port = 0;
  {
    EmbeddedBroker broker(1, diagnostic);
    port = broker.port();
    CHECK(broker.url() == "mqtt://127.0.0.1:" + std::to_string(port));
    const Client client(port);
    CHECK(client.accepted());
    CHECK(broker.failure() == "");
  }
  CHECK_FALSE(has_children());
  CHECK(open_descriptors() == before);
  CHECK_FALSE(Client(port).accepted());
}

TEST_CASE("an embedded broker of several processes has one port") {
  EmbeddedBroker broker(3, diagnostic);
  for (int i = 0; i < 30; ++i) CHECK(Client(broker.port()).accepted());
  CHECK(broker.failure() == "");
}

TEST_CASE("an embedded broker that is killed says so") {
  EmbeddedBroker broker(1, diagnostic);
  const Client client(broker.port());
  CHECK(client.accepted());
  ::kill(broker.processes().front().pid(), SIGKILL);
  CHECK(client.ended());
  std::string failure;
  while (failure.empty()) failure = broker.failure();
  CHECK(failure == "the embedded broker was ended by signal 9 (Killed)");
}

#ifndef MQRIG_SANITIZED
TEST_CASE("an embedded broker that cannot start says why") {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit limit = before;
  limit.rlim_cur = 64;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  std::vector<int> taken;  // all, whatever the test was started with
  for (int one = ::dup(0); one >= 0; one = ::dup(0)) taken.push_back(one);
  for (int i = 0; i < 2; ++i) {  // but those of the socket to it
    ::close(taken.back());
    taken.pop_back();
  }
  std::string text;
  try {
    EmbeddedBroker broker(1, diagnostic);
  } catch (const std::runtime_error& error) {
    text = error.what();
  }
  for (const int one : taken) ::close(one);
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(text.find("the embedded broker could not start: ") == 0);
  CHECK(text.find("Too many open files") != std::string::npos);
  CHECK_FALSE(has_children());
}
#endif

}  // namespace mqrig::bench::tests
