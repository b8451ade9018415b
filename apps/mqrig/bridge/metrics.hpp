#pragma once

#include <chrono>
#include <mqrig/bridge/bridge.hpp>
#include <mqrig/store/spool.hpp>
#include <string>
#include <vector>

namespace mqrig::bridge_command {

/// The links in the text format of Prometheus, version 0.0.4: every metric with HELP and TYPE. The
/// names are an interface: add, never rename. `spool` may be null.
std::string metrics_text(const std::vector<bridge::LinkStatus>& links,
                         const store::Spool::Counters* spool,
                         std::chrono::system_clock::time_point started);

}  // namespace mqrig::bridge_command
