#include "reports.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/terminal.hpp>
#include <mqrig/cli/write_all.hpp>
#include <mqrig/client/refusal.hpp>
#include <mqrig/load/report_compare.hpp>
#include <mqrig/load/report_csv.hpp>
#include <mqrig/load/report_json.hpp>
#include <mqrig/load/report_merge.hpp>
#include <mqrig/load/verdict.hpp>
#include <optional>
#include <system_error>
#include <utility>

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

/// Did the broker refuse credentials, or not prove that it knows them?
bool not_authorised(const load::ErrorCounts& errors) {
  if (errors.count(load::ErrorKind::login) != 0) return true;
  for (unsigned code = 0x80; code <= 0xFF; ++code) {
    const auto reason = static_cast<wire::ReasonCode>(code);
    if (client::kind_of(reason, false) == client::FailureKind::not_authorised &&
        errors.count(load::ErrorKind::connack, reason) != 0) {
      return true;
    }
  }
  return false;
}

ExitCode exit_code_of(const load::Report& report) {
  if (report.interrupted != 0) return exit_code_of_signal(report.interrupted);
  if (report.account.connected == 0 && report.account.attempts != 0) {
    if (not_authorised(report.errors)) return ExitCode::not_authorised;
    return report.errors.count(load::ErrorKind::tls) != 0 ? ExitCode::tls : ExitCode::connect;
  }
  if (load::measured_nothing(report)) {
    const bool refused = report.account.publish_refused + report.account.subscribe_refused != 0;
    return refused ? ExitCode::refused : ExitCode::failed;
  }
  const bool failed = load::verdict(report).kind == load::Verdict::Kind::failed;
  return failed ? ExitCode::verification : ExitCode::ok;
}

/// From the begin of the run, seconds.
std::optional<std::pair<double, double>> measured_time(const load::Report& report) {
  std::optional<std::pair<double, double>> time;
  for (const load::Interval& interval : report.intervals) {
    if (!interval.measured) continue;
    const double end = interval.start + interval.duration;
    if (!time) time.emplace(interval.start, end);
    time->second = std::max(time->second, end);
  }
  return time;
}

}  // namespace

ExitCode compare_reports(const BenchSettings& settings, const cli::Options& options) {
  const load::Report a = read_report(settings.files[0]);
  const load::Report b = read_report(settings.files[1]);
  const load::Comparison comparison = load::compare(a, b, settings.tolerance);
  OutputFile json(settings.output.json);
  json.write(load::to_json(comparison));
  if (!json.is_stdout() && !print(STDOUT_FILENO, load::to_text(comparison))) {
    throw std::system_error(errno, std::generic_category(), "cannot write the comparison");
  }
  if (!json.error().empty()) cli::Diagnostic(options).error(json.error());
  if (comparison.regressed()) return ExitCode::verification;
  return json.error().empty() ? ExitCode::ok : ExitCode::failed;
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
  for (const load::Interval& interval : merged.intervals) outputs.add_row(merged, interval);
  // Intervals are those of parts; what is exact is the whole.
  if (const auto time = measured_time(merged)) {
    outputs.add_histograms(time->first, time->second, merged.histograms);
  }
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
