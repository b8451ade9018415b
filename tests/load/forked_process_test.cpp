#include <doctest/doctest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <mqrig/load/forked_process.hpp>
#include <stdexcept>
#include <system_error>

#include "tests/load/children.hpp"
#include "tests/support/sanitized.hpp"

namespace mqrig::load::tests {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

bool read_byte(int descriptor) {
  char byte = 0;
  return ::read(descriptor, &byte, 1) == 1;
}

void write_byte(int descriptor) {
  const char byte = 0;
  CHECK(::write(descriptor, &byte, 1) == 1);
}

// Until the parent ends the socket.
int wait_for_end(std::uint32_t, int descriptor) {
  while (read_byte(descriptor)) {
  }
  return 0;
}

// Until somebody kills it.
int hang(std::uint32_t, int descriptor) {
  write_byte(descriptor);
  for (;;) ::pause();
}

}  // namespace

TEST_CASE("each process has its number and a socket, and its end can be told") {
  auto processes = fork_processes(3, [](std::uint32_t number, int descriptor) -> int {
    write_byte(descriptor);
    read_byte(descriptor);
    if (number == 2) throw std::runtime_error("unheard");
    return static_cast<int>(number) + 7;
  });
  REQUIRE(processes.size() == 3);
  for (auto& process : processes) {
    CHECK(read_byte(process.descriptor()));
    CHECK_FALSE(process.ended());
    write_byte(process.descriptor());
  }
  CHECK(processes[0].wait() == "ended with exit code 7");
  CHECK(processes[1].wait() == "ended with exit code 8");
  CHECK(processes[2].wait() == "ended with exit code 1");
  CHECK(processes[0].wait() == "ended with exit code 7");
  CHECK(processes[0].ended());
  CHECK_FALSE(has_children());
}

TEST_CASE("a process that a signal ends is told by the name of the signal") {
  auto processes = fork_processes(1, hang);
  processes[0].kill();
  CHECK(processes[0].wait() == "was ended by signal 9 (Killed)");
}

TEST_CASE("what the terminal sends to everybody does not end a process") {
  auto processes = fork_processes(1, [](std::uint32_t, int descriptor) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::raise(signal);
    write_byte(descriptor);
    return 0;
  });
  CHECK(read_byte(processes[0].descriptor()));
  CHECK(processes[0].wait() == "ended with exit code 0");
  sigset_t blocked;
  ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
  CHECK(::sigismember(&blocked, SIGINT) == 0);
}

TEST_CASE("all processes end when their sockets do") {
  const auto before = open_descriptors();
  auto processes = fork_processes(4, wait_for_end);
  end_processes(processes, 10s);
  CHECK(processes.empty());
  CHECK_FALSE(has_children());
  CHECK(open_descriptors() == before);
}

TEST_CASE("a process that does not end in time is killed, and its siblings are not waited for") {
  auto processes = fork_processes(3, [](std::uint32_t number, int descriptor) {
    return number == 1 ? hang(number, descriptor) : wait_for_end(number, descriptor);
  });
  const auto begin = Clock::now();
  end_processes(processes, 50ms);
  CHECK(Clock::now() - begin >= 50ms);
  CHECK(Clock::now() - begin < 5s);
  CHECK_FALSE(has_children());
}

TEST_CASE("a process has no sockets but its own") {
  auto processes =
      fork_processes(3, [](std::uint32_t, int) { return static_cast<int>(open_descriptors()); });
  const std::string first = processes[0].wait();
  CHECK(processes[1].wait() == first);
  CHECK(processes[2].wait() == first);
}

TEST_CASE("a process that is forgotten leaves no child behind") {
  const auto before = open_descriptors();
  { const auto processes = fork_processes(2, hang); }
  CHECK_FALSE(has_children());
  CHECK(open_descriptors() == before);
}

TEST_CASE("processes end with their parent, whatever ends that") {
  auto parents = fork_processes(1, [](std::uint32_t, int descriptor) {
    auto children =
        fork_processes(2, [descriptor](std::uint32_t, int) { return hang(0, descriptor); });
    for (;;) ::pause();
    return 0;
  });
  const int descriptor = parents[0].descriptor();
  CHECK(read_byte(descriptor));  // both children are there
  CHECK(read_byte(descriptor));
  parents[0].kill();
  parents[0].wait();
  // The children hold the socket, too: it ends when they have.
  CHECK_FALSE(read_byte(descriptor));
}

#ifndef MQRIG_SANITIZED
TEST_CASE("when there are no more descriptors, the error says how far it came") {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit limit = before;
  const auto open = static_cast<rlim_t>(open_descriptors());
  limit.rlim_cur = open + 4;  // the listing itself was one of them
  ::setrlimit(RLIMIT_NOFILE, &limit);
  std::string text;
  try {
    const auto processes = fork_processes(50, wait_for_end);
  } catch (const std::system_error& error) {
    text = error.what();
    CHECK(error.code() == std::errc::too_many_files_open);
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(text.find(" of 50: Too many open files") != std::string::npos);
  CHECK_FALSE(has_children());
}
#endif

}  // namespace mqrig::load::tests
