#include "secret_option.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <mqrig/auth/shell_command.hpp>
#include <mqrig/cli/ask_secret.hpp>
#include <mqrig/cli/usage_error.hpp>

#include "input_file.hpp"
#include "stop_on_signal.hpp"

namespace mqrig {
namespace {

using cli::UsageError;

constexpr std::size_t longest = 65'535;  // of binary data in CONNECT
constexpr std::size_t longest_input = longest + 2;
constexpr std::chrono::seconds time_for_command{30};

std::string without_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

std::string from_environment(const cli::Options& options, const std::string& option) {
  const std::string name(options.text(option));
  const char* value = std::getenv(name.c_str());
  if (!value) {
    throw UsageError(options.label(option) + ": the environment has no variable " + name);
  }
  return value;
}

std::string from_descriptor(const cli::Options& options, const std::string& option) {
  return without_line_end(
      read_descriptor(static_cast<int>(options.integer(option)), longest_input));
}

std::string from_command(const cli::Options& options, const std::string& option) {
  const std::string command(options.text(option));
  const StopOnSignal interrupt;  // in a process group of its own, no Ctrl-C reaches the command
  const auth::CommandOutput output =
      auth::run_shell_command(command, time_for_command, longest_input, interrupt.token());
  if (!output.error.empty()) {
    throw InputError("the command of " + options.label(option) + " " + output.error);
  }
  std::string text = without_line_end(std::string(output.text.view()));
  if (text.empty()) {
    throw InputError("the command of " + options.label(option) + " printed nothing");
  }
  return text;
}

using Read = std::string (*)(const cli::Options&, const std::string& option);

/// A member of the family: what stands before and behind its name, and where the secret is then.
struct Kind {
  std::string_view before;
  std::string_view behind;
  Read read;  ///< Null: on the terminal.
};

constexpr Kind kinds[] = {
    {"", "",
     [](const cli::Options& options, const std::string& option) {
       return std::string(options.text(option));
     }},
    {"", "-file",
     [](const cli::Options& options, const std::string& option) {
       return without_line_end(read_file(std::string(options.text(option)), longest_input));
     }},
    {"", "-env", from_environment},
    {"", "-fd", from_descriptor},
    {"", "-command", from_command},
    {"ask-", "", nullptr},
};

/// The member in force, and its name.
const Kind* find_kind(const cli::Options& options, std::string_view name, std::string& option) {
  for (const Kind& kind : kinds) {
    option = std::string(kind.before).append(name).append(kind.behind);
    if (!cli::find_option(options.command(), option) || !options.has(option)) continue;
    if (kind.read || options.flag(option)) return &kind;
  }
  option.clear();
  return nullptr;
}

}  // namespace

std::optional<std::string> read_secret(const cli::Options& options, std::string_view name,
                                       std::string_view prompt) {
  std::string option;
  const Kind* kind = find_kind(options, name, option);
  if (!kind) return std::nullopt;
  std::string secret =
      kind->read ? kind->read(options, option) : ask_for_secret(prompt, options.label(option));
  if (secret.empty() && !kind->behind.empty()) {
    throw InputError(options.label(option) + ": what it names is empty");
  }
  if (secret.size() > longest) {
    wipe(secret);
    throw UsageError(options.label(option) + ": longer than 65535 bytes");
  }
  return secret;
}

std::string secret_option(const cli::Options& options, std::string_view name) {
  std::string option;
  find_kind(options, name, option);
  return option;
}

std::string ask_for_secret(std::string_view prompt, const std::string& option) {
  if (::isatty(STDIN_FILENO) != 1) {
    throw InputError(option + " needs a terminal on standard input, to ask there");
  }
  std::optional<std::string> answer = cli::ask_secret(prompt);
  if (!answer) throw InputError("no password was typed");
  return std::move(*answer);
}

void wipe(std::string& text) {
  ::explicit_bzero(text.data(), text.size());
  text.clear();
}

}  // namespace mqrig
