// A copy of this process that does something to a state file until it is killed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>

namespace mqrig::test {

class ChildProcess {
 public:
  // What the child may do: report a number to us. It ends when the function returns.
  using Report = std::function<void(std::uint64_t)>;
  explicit ChildProcess(const std::function<void(const Report&)>& work);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // The next number; waits for it. Nothing when the child has ended and all were read.
  std::optional<std::uint64_t> next();
  // SIGKILL, and waits until it is gone. May be repeated.
  void kill();

 private:
  pid_t pid_;
  int reports_;  // the end of a pipe to read from
};

}  // namespace mqrig::test
