#pragma once

#include <chrono>
#include <mqrig/auth/secret.hpp>
#include <stop_token>
#include <string>

namespace mqrig::auth {

// What a command printed, which is a secret. `error` is a predicate for the person, "ended with
// exit code 1", and empty if it succeeded. It holds nothing of the command nor of what it printed.
struct CommandOutput {
  Secret text;
  std::string error;
  bool not_found = false;  // the shell, or the program that it was to run
};

// Runs `/bin/sh -c COMMAND` and waits for its end. It reads nothing, writes its errors where we do,
// gets none of our other descriptors, and is killed, with all that it started in its process group,
// when it takes longer than `timeout`, prints more than `largest` bytes or when `stop` is
// requested. What it leaves running in its group is killed too.
CommandOutput run_shell_command(const std::string& command, std::chrono::milliseconds timeout,
                                std::size_t largest, std::stop_token stop);

}  // namespace mqrig::auth
