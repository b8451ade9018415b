#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge_file.hpp"

namespace mqrig::bridge_command {

/// What would become of messages at these topics, in both directions of every link: a table for a
/// person. Empty when there are no topics.
std::string topic_table(const BridgeFile& file, const std::vector<std::string_view>& topics);

}  // namespace mqrig::bridge_command
