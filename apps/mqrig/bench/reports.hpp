#pragma once

#include <mqrig/cli/exit_code.hpp>
#include <mqrig/cli/options.hpp>
#include <mqrig/load/report.hpp>

#include "outputs.hpp"
#include "settings.hpp"

namespace mqrig::bench {

/// `bench compare A B`.
cli::ExitCode compare_reports(const BenchSettings& settings, const cli::Options& options);

/// `bench merge FILE...`: one report of all.
cli::ExitCode merge_reports(const BenchSettings& settings, const cli::Options& options);

/// Prints the tables of a finished report, and writes it to the files that are asked for. The
/// answer is how the run that it tells of went.
cli::ExitCode publish_report(const load::Report& report, Outputs& outputs,
                             const cli::Options& options);

}  // namespace mqrig::bench
