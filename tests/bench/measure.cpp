// Runs a program and writes what it took: `measure REPORT PROGRAM [ARG...]`.
//
// REPORT gets one line of JSON. In between a benchmark and what it measures, this small program
// makes the figures right: the peak memory of a process counts what its parent had when it forked.
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>

namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 2;
  const auto start = std::chrono::steady_clock::now();
  pid_t child = 0;
  if (::posix_spawnp(&child, words[2], nullptr, nullptr, words + 2, environ) != 0) {
    std::perror(words[2]);
    return 2;
  }
  int status = 0;
  rusage used{};
  ::wait4(child, &status, 0, &used);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  std::FILE* report = std::fopen(words[1], "w");
  if (report == nullptr) return 2;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::fprintf(report, "{\"code\":%d,\"wall\":%.6f,\"cpu\":%.6f,\"rss\":%ld}\n", code, wall.count(),
               seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss);
  std::fclose(report);
  return 0;
}
