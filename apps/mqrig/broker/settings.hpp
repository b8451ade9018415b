#pragma once

#include <mqrig/broker/settings.hpp>
#include <mqrig/cli/options.hpp>
#include <mqrig/net/listen_address.hpp>
#include <optional>
#include <string>
#include <vector>

#include "../listen_url.hpp"
#include "jwt_settings.hpp"
#include "tls_settings.hpp"

namespace mqrig::broker_command {

/// What the options of one run say. Paths are empty where nothing was asked for.
struct Settings {
  broker::Settings broker;
  std::vector<ListenUrl> listeners;  ///< At least one.
  std::optional<TlsSettings> tls;    ///< Where a listener speaks it.
  std::optional<JwtSettings> jwt;    ///< Where tokens let clients in.
  std::optional<net::ListenAddress> metrics;
  std::string password_file;
  std::string acl_file;
  std::string state_file;
  std::string pid_file;
  std::optional<int> ready_descriptor;
  unsigned workers = 1;
  bool chaos_announced = false;  ///< Faults were asked for without a seed: the drawn one is said.
};

/// Reads no file. Throws cli::UsageError.
Settings read_settings(const cli::Options& options);

}  // namespace mqrig::broker_command
