#pragma once

#include <mqrig/cli/options.hpp>
#include <mqrig/load/scenario.hpp>
#include <span>
#include <string_view>
#include <vector>

namespace mqrig::bench {

/// What publishers send, of payload and properties: from the options of messages. Throws
/// cli::UsageError, and InputError for payload lines that can't be read.
load::PayloadSettings read_payload(const cli::Options& options);
std::vector<load::MessageProperty> read_message_properties(const cli::Options& options);

/// Those of MQTT 5.0 among the command's own options, for read_client_options().
std::span<const std::string_view> version_5_options() noexcept;

/// A mix of qualities of service; `otherwise` if no source has it.
load::QosMix read_qos(const cli::Options& options, std::string_view option,
                      const load::QosMix& otherwise);

}  // namespace mqrig::bench
