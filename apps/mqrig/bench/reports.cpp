#include "reports.hpp"

#include <unistd.h>

#include <cerrno>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/terminal.hpp>
#include <mqrig/cli/write_all.hpp>
#include <mqrig/load/report_compare.hpp>
#include <mqrig/load/report_csv.hpp>
#include <mqrig/load/report_json.hpp>
#include <mqrig/load/report_merge.hpp>
#include <mqrig/load/verdict.hpp>
#include <system_error>

#include "../input_file.hpp"
#include "../outcome.hpp"
#include "report_text.hpp"

namespace mqrig::bench {
namespace {

using cli::ExitCode;

constexpr std::size_t largest_report = std::size_t{1} << 30U;

load::Report read_report(const std::string& path) {
  std::string error;
  auto report = load::from_json(read_file(path, largest_report), error);
  if (!report) throw InputError(path + " " + error);
  return std::move(*report);
}

/// A reader that went away is no fault.
bool print(int descriptor, std::string_view text) {
  return cli::write_all(descriptor, text) || errno == EPIPE;
}

ExitCode exit_code_of(const load::Report& report) {
  if (report.account.connected == 0 && report.account.attempts != 0) return ExitCode::connect;
  if (load::measured_nothing(report)) return ExitCode::failed;
  switch (load::verdict(report).kind) {
    case load::Verdict::Kind::failed:
      return ExitCode::verification;
    case load::Verdict::Kind::interrupted:
      return exit_code_of_signal(report.interrupted);
    default:
      return ExitCode::ok;
  }
}

}  // namespace

ExitCode compare_reports(const BenchSettings& settings) {
  const load::Report a = read_report(settings.files[0]);
  const load::Report b = read_report(settings.files[1]);
  const load::Comparison comparison = load::compare(a, b, settings.tolerance);
  OutputFile json(settings.output.json);
  json.write(load::to_json(comparison));
  if (!json.error().empty()) throw InputError(json.error());
  if (!json.is_stdout() && !print(STDOUT_FILENO, load::to_text(comparison))) {
    throw std::system_error(errno, std::generic_category(), "cannot write the comparison");
  }
  return comparison.regressed() ? ExitCode::verification : ExitCode::ok;
}

ExitCode merge_reports(const BenchSettings& settings, const cli::Options& options) {
  std::vector<load::Report> reports;
  for (const std::string& file : settings.files) reports.push_back(read_report(file));
  load::Report merged;
  if (const std::string error = load::merge(std::move(reports), merged); !error.empty()) {
    throw InputError(error);
  }
  for (const std::string& text : settings.scenario.slo) {
    load::parse_objectives(text, merged.objectives);
  }
  load::judge(merged);
  Outputs outputs(settings.output);
  outputs.begin(merged);
  for (const load::Interval& interval : merged.intervals) outputs.add(merged, interval, {});
  return publish_report(merged, outputs, options);
}

ExitCode publish_report(const load::Report& report, Outputs& outputs, const cli::Options& options) {
  const cli::Diagnostic diagnostic(options);
  outputs.finish(report);
  const int descriptor = outputs.takes_stdout() ? STDERR_FILENO : STDOUT_FILENO;
  const bool colour = cli::use_colour(descriptor, cli::colour_mode(options.text("color")));
  const bool shown = descriptor == STDERR_FILENO && options.flag("quiet")
                         ? true
                         : print(descriptor, report_text(report, colour));
  if (!shown) diagnostic.error("could not write the report to standard output");
  const bool complete = outputs.complete(diagnostic) && shown;
  const ExitCode code = exit_code_of(report);
  return code == ExitCode::ok && !complete ? ExitCode::failed : code;
}

}  // namespace mqrig::bench
