#pragma once

#include <mqrig/bridge/bridge.hpp>
#include <string>
#include <vector>

namespace mqrig::bridge_command {

/// The line of a link that SIGUSR1 asks for.
std::string status_line(const bridge::LinkStatus& link);

/// "2 of 3 links up, 17 queued": for the service manager.
std::string short_status(const std::vector<bridge::LinkStatus>& links);

}  // namespace mqrig::bridge_command
