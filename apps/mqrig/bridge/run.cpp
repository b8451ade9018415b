#include <unistd.h>

#include <cerrno>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/cli/write_all.hpp>
#include <system_error>

#include "check.hpp"
#include "command.hpp"
#include "mosquitto_import.hpp"
#include "problems.hpp"
#include "serve.hpp"
#include "typed_file.hpp"
#include "typed_options.hpp"

namespace mqrig::bridge_command {
namespace {

using cli::ExitCode;
using cli::UsageError;

/// A reader that went away is no fault.
ExitCode print(const std::string& text) {
  if (cli::write_all(STDOUT_FILENO, text) || errno == EPIPE) return ExitCode::ok;
  throw std::system_error(errno, std::generic_category(), "cannot write to standard output");
}

ExitCode start(BridgeFile file, const cli::Options& options) {
  if (!report_problems(file, cli::Diagnostic(options))) return ExitCode::usage;
  return serve(std::move(file), options);
}

ExitCode print_config(cli::TomlValue file, const cli::Options& options) {
  bool left_out = false;
  const std::string text = print_typed_file(std::move(file), left_out);
  if (left_out) {
    cli::Diagnostic(options).warning("the password in a URL is not printed: see the comment there");
  }
  return print(text);
}

/// One link, by its options.
ExitCode run_typed(const cli::Options& options) {
  for (const std::string_view name : {"file", "show-topic"}) {
    if (options.has(name))
      throw UsageError("--" + std::string(name) + " needs an action before it");
  }
  cli::TomlValue tree = typed_file(options);
  // Also what is only printed has to be sound.
  BridgeFile file = read_bridge(tree, "mqrig bridge");
  if (options.flag("print-config")) return print_config(std::move(tree), options);
  return start(std::move(file), options);
}

void refuse_options_of_links(const cli::Options& options, std::string_view action) {
  const auto refuse = [&](std::string_view name) {
    if (!options.has(name)) return;
    throw UsageError(cli::option_label(*cli::find_option(options.command(), name)) +
                     " means nothing in bridge " + std::string(action) + ": the file says it");
  };
  for (const TypedOption& typed : typed_options()) refuse(typed.option);
  refuse("print-config");
  if (action != "check") refuse("show-topic");
}

ExitCode import(const std::string& path, const cli::Options& options) {
  const cli::Diagnostic diagnostic(options);
  const Imported imported = import_mosquitto(path);
  for (const std::string& warning : imported.warnings) diagnostic.warning(warning);
  return print(imported.toml);
}

}  // namespace

ExitCode run(const cli::Options& options) {
  const std::string_view action = options.text("action");
  if (action.empty()) return run_typed(options);
  refuse_options_of_links(options, action);
  const std::string path(options.text("file"));
  if (path.empty()) throw UsageError("bridge " + std::string(action) + " needs a FILE");
  if (action == "import") return import(path, options);
  BridgeFile file = load_bridge(path);
  if (action == "run") return start(std::move(file), options);
  const cli::Diagnostic diagnostic(options);
  if (!report_problems(file, diagnostic)) return ExitCode::usage;
  return print(topic_table(file, options.list("show-topic")));
}

}  // namespace mqrig::bridge_command
