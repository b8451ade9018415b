#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <tests/store/child_process.hpp>

namespace mqrig::test {

ChildProcess::ChildProcess(const std::function<void(const Report&)>& work) {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    ::close(ends[0]);
    work([&](std::uint64_t number) {
      if (::write(ends[1], &number, sizeof number) != sizeof number) ::_exit(1);
    });
    ::_exit(0);
  }
  ::close(ends[1]);
  reports_ = ends[0];
}

ChildProcess::~ChildProcess() {
  kill();
  ::close(reports_);
}

std::optional<std::uint64_t> ChildProcess::next() {
  std::uint64_t number = 0;
  if (::read(reports_, &number, sizeof number) != sizeof number) return std::nullopt;
  return number;
}

void ChildProcess::kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

}  // namespace mqrig::test
