#include "child_process.hpp"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <mqrig/cli/write_all.hpp>
#include <string_view>

namespace mqrig::sub {
namespace {

std::error_code system_error(int number) {
  return {number, std::system_category()};
}

/// A file in memory that holds what a program is to read.
class InputFile {
 public:
  explicit InputFile(wire::ByteView content) : descriptor_(::memfd_create("payload", MFD_CLOEXEC)) {
    const bool filled = descriptor_ >= 0 && cli::write_all(descriptor_, wire::as_text(content)) &&
                        ::lseek(descriptor_, 0, SEEK_SET) == 0;
    if (!filled) error_ = system_error(errno);
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  int descriptor() const { return descriptor_; }
  const std::error_code& error() const { return error_; }

 private:
  int descriptor_;
  std::error_code error_;
};

/// How the program differs from us: a group of its own, its input, and signals as a shell gives
/// them.
class SpawnPlan {
 public:
  explicit SpawnPlan(int input) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    ::posix_spawnattr_init(&attributes_);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    for (const int ignored : {SIGPIPE, SIGXFSZ}) ::sigaddset(&signals, ignored);  // by us
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  std::error_code spawn(char* const* words, char* const* variables, pid_t& pid) const {
    return system_error(::posix_spawnp(&pid, words[0], &actions_, &attributes_, words, variables));
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

/// As exec(2) wants them, and leaves them.
std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

/// A folder has the permission, too, and cannot be run.
std::error_code check_program(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return system_error(errno);
  if (S_ISDIR(status.st_mode)) return system_error(EISDIR);
  return system_error(::access(file.c_str(), X_OK) == 0 ? 0 : errno);
}

pid_t wait_for(pid_t pid, int& status) {
  pid_t waited;
  do {
    waited = ::waitpid(pid, &status, 0);
  } while (waited < 0 && errno == EINTR);
  return waited;
}

}  // namespace

ChildProcess::~ChildProcess() {
  if (!running()) return;
  signal(SIGKILL);
  int status = 0;
  wait_for(pid_, status);
}

std::error_code ChildProcess::start(const std::vector<std::string>& words,
                                    const std::vector<std::string>& variables,
                                    wire::ByteView input) {
  const InputFile file(input);
  if (file.error()) return file.error();
  pid_t pid = 0;
  const std::error_code error =
      SpawnPlan(file.descriptor()).spawn(pointers(words).data(), pointers(variables).data(), pid);
  if (!error) pid_ = pid;
  return error;
}

void ChildProcess::signal(int number) const {
  if (running()) ::kill(-pid_, number);
}

// Looked at before it is waited for: until then nobody else can get the number of the group.
std::optional<int> ChildProcess::end() {
  if (!running()) return std::nullopt;
  siginfo_t found{};
  const int looked = ::waitid(P_PID, static_cast<id_t>(pid_), &found, WEXITED | WNOHANG | WNOWAIT);
  if (looked != 0 || found.si_pid != pid_) return std::nullopt;
  signal(SIGKILL);
  int status = 0;
  wait_for(pid_, status);
  pid_ = 0;
  return status;
}

std::string describe_end(int status) {
  if (!WIFSIGNALED(status)) return "ended with exit code " + std::to_string(WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  return "was ended by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

std::error_code find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return check_program(name);
  const char* const path = std::getenv("PATH");
  std::string_view folders = path ? path : "/bin:/usr/bin";
  int error = ENOENT;
  for (;;) {
    const std::string_view folder = folders.substr(0, folders.find(':'));
    const std::string file = std::string(folder.empty() ? "." : folder) + "/" + name;
    const std::error_code found = check_program(file);
    if (!found) return {};
    if (found == std::errc::permission_denied) error = EACCES;
    if (folder.size() == folders.size()) return system_error(error);
    folders.remove_prefix(folder.size() + 1);
  }
}

}  // namespace mqrig::sub
