#pragma once

#include <sys/types.h>

#include <string>

namespace mqrig {

/// A file that holds the process id while the process lives. It is locked, so that a file left
/// behind by a killed process is told from one of a process that runs, whatever number is in it.
class PidFile {
 public:
  /// Without a path there is no file. Throws std::runtime_error with a clause for the person: it
  /// can't be written, or another process holds it.
  explicit PidFile(std::string path);
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;
  /// Removes the file, in the process that made it: not in workers that it has forked.
  ~PidFile();

 private:
  void take();
  void write();

  std::string path_;
  pid_t owner_;
  int descriptor_ = -1;
};

}  // namespace mqrig
