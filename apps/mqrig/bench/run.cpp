#include <unistd.h>

#include <cerrno>
#include <mqrig/cli/write_all.hpp>
#include <system_error>

#include "command.hpp"
#include "load_test.hpp"
#include "reports.hpp"
#include "scenario_file.hpp"
#include "settings.hpp"

namespace mqrig::bench {
namespace {

/// A reader that went away is no fault.
cli::ExitCode print(const std::string& text) {
  if (cli::write_all(STDOUT_FILENO, text) || errno == EPIPE) return cli::ExitCode::ok;
  throw std::system_error(errno, std::generic_category(), "cannot write the scenario");
}

}  // namespace

cli::ExitCode run(const cli::Options& options) {
  BenchSettings settings = read_settings(options);
  if (settings.print_scenario) return print(print_scenario(settings.scenario));
  switch (settings.kind) {
    case ScenarioKind::compare:
      return compare_reports(settings, options);
    case ScenarioKind::merge:
      return merge_reports(settings, options);
    default:
      return LoadTest(options, std::move(settings)).run();
  }
}

}  // namespace mqrig::bench
