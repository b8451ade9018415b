#include <mqrig/auth/shell_command.hpp>
#include <mqrig/auth/token_command.hpp>
#include <mqrig/auth/token_text.hpp>

namespace mqrig::auth {
namespace {

constexpr std::size_t longest_output = longest_token + 1;  // with a line end

}  // namespace

TokenCommand::TokenCommand(std::string command, std::chrono::milliseconds timeout)
    : command_(std::move(command)), timeout_(timeout) {}

TokenResult TokenCommand::fetch(std::stop_token stop) {
  const CommandOutput output = run_shell_command(command_, timeout_, longest_output, stop);
  if (!output.error.empty()) {
    return {.token = {},
            .error = "the token command " + output.error,
            .fault = TokenFault::command_failed,
            .permanent = output.not_found};
  }
  return read_printed_token(output.text.view(), "what the token command printed",
                            std::chrono::system_clock::now());
}

}  // namespace mqrig::auth
