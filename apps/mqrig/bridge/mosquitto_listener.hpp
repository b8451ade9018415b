#pragma once

#include <mqrig/cli/toml_value.hpp>
#include <vector>

#include "mosquitto_conf.hpp"

namespace mqrig::bridge_command {

/// The key by which a client on the same machine reaches the broker of a mosquitto.conf: the first
/// of its listeners that speaks MQTT without TLS, or else WebSocket without, or else TLS. The
/// comment of the key says what a client needs then.
cli::TomlValue local_url(const std::vector<ConfLine>& lines);

}  // namespace mqrig::bridge_command
