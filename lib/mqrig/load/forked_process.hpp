// Processes that are copies of this one, and end with it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mqrig::load {

// A child process and the socket to it. Its end is killing and waiting for it: no child outlives
// its object, and none stays as a zombie. To leave it time, see end_processes().
class ForkedProcess {
 public:
  // Takes over both.
  ForkedProcess(pid_t pid, int descriptor) : pid_(pid), descriptor_(descriptor) {}
  ForkedProcess(ForkedProcess&& other) noexcept;
  ForkedProcess& operator=(ForkedProcess&& other) noexcept;
  ~ForkedProcess();

  pid_t pid() const noexcept { return pid_; }              // 0: has been waited for
  int descriptor() const noexcept { return descriptor_; }  // -1: moved from

  // At once; wait() comes after it.
  void kill() noexcept;
  // True when the process has let go of its end of the socket: it has ended, or is about to.
  bool ended() const;
  // Waits, without a bound unless it has ended(). How it ended, a clause for a person: "ended with
  // exit code 2", "was ended by signal 9 (Killed)". The same text on later calls.
  const std::string& wait();

 private:
  pid_t pid_;
  int descriptor_;
  std::string end_;
};

// Called in the child: number from 0, and its end of the socket, which stays open as long as the
// process lives. The answer is its exit code; so is 1 for an exception.
using ProcessBody = std::function<int(std::uint32_t number, int descriptor)>;

// Forks, while the process has neither threads nor an io_context: a child has all that was read
// and decided before. It ignores SIGINT, SIGTERM and SIGHUP, which the terminal sends to all of us,
// because the parent decides; the kernel ends it when the parent's thread dies. It learns from the
// end of the socket that it is to end. Never returns in a child; what was not written of standard
// output is left to the parent.
//
// Throws std::system_error, with no child left, when there are no more processes or descriptors.
std::vector<ForkedProcess> fork_processes(std::uint32_t count, const ProcessBody& body);

// Ends the sockets of all, waits until they have ended too, kills those that have not in time.
void end_processes(std::vector<ForkedProcess>& processes, std::chrono::milliseconds patience);

}  // namespace mqrig::load
