#pragma once

#include <chrono>
#include <cstdint>
#include <mqrig/cli/options.hpp>
#include <mqrig/client/options.hpp>
#include <mqrig/net/listen_address.hpp>
#include <optional>
#include <string>
#include <vector>

#include "exec_settings.hpp"
#include "inbox_limits.hpp"

namespace mqrig::sub {

/// What the options of one run say about the connection, the subscriptions and the end.
struct Settings {
  /// When a message of QoS 1 or 2 is acknowledged.
  enum class AckAfter : std::uint8_t {
    write,   ///< It was printed, or given to a command.
    exec,    ///< Its command has succeeded.
    commit,  ///< It is on the disk, in the spool.
  };

  client::Options client;
  bool embedded = false;                      // the broker is in this process
  std::vector<net::ListenAddress> listeners;  // of that one

  std::vector<std::string> filters;  // to subscribe to
  wire::Subscription subscription;   // QoS and options of all of them; without a filter
  wire::PropertyWriter subscribe_properties;
  std::vector<std::string> unsubscribe;  // filters
  wire::PropertyWriter unsubscribe_properties;
  wire::PropertyWriter disconnect_properties;

  bool prints = true;                // messages, to standard output
  std::optional<ExecSettings> exec;  // the command of each message
  AckAfter ack_after = AckAfter::write;
  std::string spool;  // the file of the inbox; empty: none
  InboxLimits spool_limits;

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
