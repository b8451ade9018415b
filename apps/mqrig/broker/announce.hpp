#pragma once

#include <string>
#include <vector>

#include "log.hpp"
#include "settings.hpp"

namespace mqrig::broker_command {

/// What is said before clients come: faults that are made on purpose, workers that do not know each
/// other.
void announce_start(const Settings& settings, const Log& log);

/// Tells everybody who waits for it that clients may come: standard output (which is at its end
/// then, so that scripts may read all of it), --ready-fd, the service manager.
void announce_ready(const Settings& settings, const std::vector<std::string>& urls, const Log& log);

/// Nothing more will come: readers see the end. The number stays taken, so that no socket gets it.
void end_standard_output();

}  // namespace mqrig::broker_command
