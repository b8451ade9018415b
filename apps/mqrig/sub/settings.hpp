#pragma once

#include <chrono>
#include <cstdint>
#include <mqrig/cli/options.hpp>
#include <mqrig/client/options.hpp>
#include <mqrig/net/listen_address.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mqrig::sub {

/// What the options of one run say about the connection, the subscriptions and the end.
struct Settings {
  client::Options client;
  bool embedded = false;                      // the broker is in this process
  std::vector<net::ListenAddress> listeners;  // of that one

  std::vector<std::string> filters;  // to subscribe to
  wire::Subscription subscription;   // QoS and options of all of them; without a filter
  wire::PropertyWriter subscribe_properties;
  std::vector<std::string> unsubscribe;  // filters
  wire::PropertyWriter unsubscribe_properties;
  wire::PropertyWriter disconnect_properties;

  std::optional<std::uint64_t> count;  // messages
  std::optional<std::chrono::milliseconds> timeout;
  std::optional<std::chrono::milliseconds> idle_timeout;
  bool exit_after_subscribe = false;
  bool retained_only = false;
  bool remove_retained = false;

  /// True if the run has an end of its own: a signal before that cuts it short.
  bool ends_by_itself() const {
    return count || timeout || idle_timeout || exit_after_subscribe || retained_only;
  }
};

/// Throws cli::UsageError, and InputError for files that cannot be read.
Settings read_settings(const cli::Options& options);

}  // namespace mqrig::sub
