#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <mqrig/cli/config_file.hpp>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/help.hpp>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/resolve.hpp>
#include <mqrig/cli/suggestion.hpp>
#include <mqrig/cli/terminal.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/cli/write_all.hpp>
#include <string>

#include "generate/generate.hpp"
#include "input_file.hpp"
#include "program.hpp"
#include "tls_settings.hpp"

namespace mqrig {
namespace {

using cli::ExitCode;

/// A reader that went away is no fault.
ExitCode print(std::string_view text) {
  const bool written = cli::write_all(STDOUT_FILENO, text);
  return written || errno == EPIPE ? ExitCode::ok : ExitCode::failed;
}

std::size_t width() {
  return cli::terminal_width(STDOUT_FILENO, 100);
}

ExitCode print_version() {
  return print("mqrig " MQRIG_VERSION "\n");
}

void complain(const std::string& prefix, std::string_view text) {
  cli::Diagnostic(prefix, cli::ColourMode::automatic, false).error(text);
}

ExitCode usage_error(const std::string& prefix, std::string_view text) {
  complain(prefix, std::string(text) + " (try '" + prefix + " --help')");
  return ExitCode::usage;
}

const Command* find_command(std::string_view name) {
  for (const Command& command : commands()) {
    if (command.spec().name == name) return &command;
  }
  return nullptr;
}

ExitCode unknown_command(std::string_view name) {
  cli::Suggestion suggestion(name);
  for (const cli::CommandSpec* spec : command_specs()) suggestion.offer(spec->name);
  return usage_error("mqrig",
                     "unknown command '" + std::string(name) + "'" + suggestion.question());
}

/// The configuration file that --config or MQRIG_CONFIG names, or the usual one.
cli::ConfigFile read_config(const cli::CommandSpec& spec, const cli::CommandLine& line) {
  const char* named = std::getenv("MQRIG_CONFIG");
  std::string path = named ? named : "";
  for (const cli::Occurrence& occurrence : line.occurrences) {
    if (occurrence.option->long_name == "config") path = occurrence.value;
  }
  if (path.empty()) return cli::load_default_config(spec, command_specs());
  return cli::load_config(path, spec, command_specs());
}

ExitCode run_command(const Command& command, std::span<char* const> words) {
  const cli::CommandSpec& spec = command.spec();
  const std::string prefix = "mqrig " + std::string(spec.name);
  try {
    const cli::CommandLine line = cli::parse(spec, words);
    if (line.help) return print(cli::render_help(spec, width()));
    if (line.version) return print_version();
    const cli::Options options = cli::resolve(spec, line, environ, read_config(spec, line));
    return command.run(options);
  } catch (const cli::UsageError& error) {
    return usage_error(prefix, error.what());
  } catch (const InputError& error) {
    complain(prefix, error.what());
    return ExitCode::input;
  } catch (const TlsSetupError& error) {
    complain(prefix, error.what());
    return ExitCode::tls;
  } catch (const std::exception& error) {
    complain(prefix, error.what());
    return ExitCode::failed;
  }
}

ExitCode help(std::span<char* const> words) {
  if (words.empty()) return print(cli::render_program_help(program(), command_specs(), width()));
  const Command* command = find_command(words[0]);
  if (!command) return unknown_command(words[0]);
  return print(cli::render_help(command->spec(), width()));
}

ExitCode generate_text(std::span<char* const> words) {
  try {
    return print(generate::text(words));
  } catch (const cli::UsageError& error) {
    return usage_error("mqrig", error.what());
  }
}

/// `mqrig` with nothing but options.
ExitCode run_program(std::span<char* const> words) {
  try {
    const cli::CommandLine line = cli::parse(program(), words);
    if (line.help) return help({});
    if (line.version) return print_version();
    return usage_error("mqrig", "no command given");
  } catch (const cli::UsageError& error) {
    return usage_error("mqrig", error.what());
  }
}

ExitCode dispatch(std::span<char* const> words) {
  if (words.empty() || words[0][0] == '-') return run_program(words);
  const std::string_view name = words[0];
  if (name == "help") return help(words.subspan(1));
  if (name == "generate") return generate_text(words.subspan(1));
  const Command* command = find_command(name);
  return command ? run_command(*command, words.subspan(1)) : unknown_command(name);
}

/// A standard stream that is closed would be the number of the next file or socket. Opened for the
/// wrong direction, it stays an error for whoever uses it.
void occupy_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0) continue;
    const int mode = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (::open("/dev/null", mode) < 0) return;
  }
}

}  // namespace
}  // namespace mqrig

int main(int argc, char** argv) {
  mqrig::occupy_standard_streams();
  // A reader that closes the pipe shows as EPIPE where we write, not as a silent death.
  std::signal(SIGPIPE, SIG_IGN);
  const std::span<char* const> words(argv, static_cast<std::size_t>(argc));
  return static_cast<int>(mqrig::dispatch(words.subspan(argc > 0 ? 1 : 0)));
}
