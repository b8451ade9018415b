#pragma once

#include <chrono>
#include <mqrig/broker/statistics.hpp>
#include <string>

namespace mqrig::broker_command {

/// Statistics in the text format of Prometheus, version 0.0.4: every metric with HELP and TYPE. The
/// names are an interface: add, never rename.
std::string metrics_text(const broker::Statistics& statistics,
                         std::chrono::system_clock::time_point started);

}  // namespace mqrig::broker_command
