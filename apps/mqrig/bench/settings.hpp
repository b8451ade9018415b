#pragma once

#include <chrono>
#include <cstdint>
#include <mqrig/cli/options.hpp>
#include <mqrig/client/options.hpp>
#include <mqrig/load/scenario.hpp>
#include <mqrig/net/listen_address.hpp>
#include <optional>
#include <string>
#include <vector>

#include "scenario_kind.hpp"

namespace mqrig::bench {

/// A search for the highest rate: messages a second of all clients together.
struct FindMaxSettings {
  double from = 0;
  double to = 0;
  std::chrono::milliseconds step{0};  ///< Measured time of each rate.
};

/// Where results go. Paths are empty where nothing was asked for; at most one is "-".
struct OutputSettings {
  std::string json;
  std::string csv;
  std::string hdr;
  std::string html;
  std::optional<net::ListenAddress> metrics;
  std::chrono::milliseconds interval{1000};
  bool live = true;
  bool plain = false;
};

/// What one run of `mqrig bench` is to do.
struct BenchSettings {
  ScenarioKind kind = ScenarioKind::pub;
  bool print_scenario = false;
  /// Checked by load::check(). Empty for compare and merge, but for the objectives of merge.
  load::Scenario scenario;
  client::Options connection;  ///< bind_address is empty: see `bind`.
  bool embedded = false;       ///< No source names a broker.
  unsigned threads = 0;        ///< Of each process; 0: as many as there are cores.
  unsigned workers = 0;        ///< 0: as many as the clients need.
  std::vector<std::string>
      bind;  ///< Addresses and interfaces to connect from in turn; may be empty.
  std::uint64_t receive_limit = 0;  ///< Of sub: messages of all clients; 0: no limit.
  std::uint32_t shard = 1;          ///< From 1 to `shards`.
  std::uint32_t shards = 1;
  std::optional<std::chrono::system_clock::time_point> start_at;
  std::string start_text;  ///< --start-at or --start-on, as typed.
  std::string start_on;    ///< A topic, or empty.
  std::optional<FindMaxSettings> find_max;
  OutputSettings output;
  std::vector<std::string> files;  ///< Two reports for compare, one or more for merge.
  double tolerance = 0;            ///< Of compare: a share.
};

/// Throws cli::UsageError, also for a scenario file that is wrong, and InputError for files that
/// can't be read. Reads the scenario file, payload lines and password files.
BenchSettings read_settings(const cli::Options& options);

}  // namespace mqrig::bench
