#pragma once

#include <mqrig/load/report.hpp>
#include <string>

namespace mqrig::bench_command {

/// How a run stands, for Prometheus: `so_far` is the report as it grows. Counters and errors are of
/// the whole run, latencies of the measured time, gauges those of the last interval. The names are
/// an interface: add, never rename.
std::string metrics_page(const load::Report& so_far);

}  // namespace mqrig::bench_command
