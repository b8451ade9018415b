#pragma once

#include <sys/types.h>

#include <mqrig/wire/types.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace mqrig::sub {

/// A program that runs in a process group of its own, which a terminal's ^C does not reach. When
/// the program has ended, or this does, nothing of the group is left.
class ChildProcess {
 public:
  ChildProcess() = default;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();  // at once

  /// The first word is looked for in PATH. `input` is its standard input, as a file in memory: who
  /// does not read it holds up nobody. Not while it runs.
  std::error_code start(const std::vector<std::string>& words,
                        const std::vector<std::string>& variables, wire::ByteView input);

  bool running() const { return pid_ != 0; }
  /// To the whole group.
  void signal(int number) const;

  /// After SIGCHLD: the status as of waitpid(2), once, when the program has ended. Others that it
  /// left in its group are killed then.
  std::optional<int> end();

 private:
  pid_t pid_ = 0;
};

/// A clause for a person: "ended with exit code 2", "was ended by signal 9 (Killed)".
std::string describe_end(int status);

/// Would start() find it? The error is that of access(2), that it is a folder, or that no folder of
/// PATH has it.
std::error_code find_program(const std::string& name);

}  // namespace mqrig::sub
