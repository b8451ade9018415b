#pragma once

#include <mqrig/cli/toml_value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::bridge_command {

/// A line "topic PATTERN [[[out|in|both] QOS] LOCAL-PREFIX REMOTE-PREFIX]" of a connection.
struct MosquittoTopic {
  std::string pattern;
  std::string direction = "out";
  std::string qos = "0";
  std::string local_prefix;
  std::string remote_prefix;
};

/// `error` is what is wrong, as a clause, or empty.
MosquittoTopic read_mosquitto_topic(std::string_view value, std::string& error);

/// The rules that do the same; topics that differ by nothing else share one. `outgoing_retain` and
/// `queue_qos_0` are what the file says of all of them.
std::vector<cli::TomlValue> rules_of(const std::vector<MosquittoTopic>& topics,
                                     bool outgoing_retain, bool queue_qos_0);

}  // namespace mqrig::bridge_command
