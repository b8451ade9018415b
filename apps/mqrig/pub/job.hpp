#pragma once

#include <chrono>
#include <cstdint>
#include <mqrig/cli/options.hpp>
#include <mqrig/client/options.hpp>
#include <mqrig/payload/message_reader.hpp>
#include <mqrig/wire/packets.hpp>
#include <optional>
#include <string>

namespace mqrig::pub {

/// --spool and what belongs to it.
struct SpoolSettings {
  std::string path;
  bool resume = false;         ///< Goes on with what an earlier run has left.
  bool own_client_id = false;  ///< --id was given.
  std::uint64_t limit = 0;     ///< Bytes of messages, beyond which no more input is read.
};

/// What one run of `mqrig pub` is to do.
struct Job {
  client::Options client;
  std::string topic;                           ///< May be empty when records bring their own.
  std::optional<payload::RecordKind> records;  ///< None: one message, of `payload`.
  std::string topic_separator;
  std::string payload;
  wire::QoS qos = wire::QoS::at_most_once;
  bool retain = false;
  std::uint16_t topic_alias = 0;
  wire::PropertyWriter properties;
  wire::PropertyWriter disconnect_properties;
  std::uint64_t repeat = 1;
  std::chrono::nanoseconds interval{0};  ///< From message to message; 0: as fast as may be.
  std::chrono::nanoseconds catch_up{0};  ///< How far behind the schedule may be caught up.
  bool skip_invalid = false;
  std::optional<SpoolSettings> spool;  ///< None: messages wait nowhere but in memory.

  /// The message, or what records do not say themselves. Views live as long as the job.
  wire::Publish message() const;
};

/// Throws cli::UsageError, and InputError for files that cannot be read. Reads all of the input if
/// it is one message.
Job read_job(const cli::Options& options);

}  // namespace mqrig::pub
