#pragma once

#include <mqrig/load/report.hpp>
#include <string>

namespace mqrig::bench_command {

/// The tables at the end of a run, for a terminal or a file: at most 80 columns, but for texts that
/// others wrote. Texts of others cannot steer the terminal.
std::string report_text(const load::Report& report, bool colour);

}  // namespace mqrig::bench_command
