#include "job.hpp"

#include <algorithm>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/wire/topic.hpp>

#include "../client_options.hpp"
#include "../input_file.hpp"
#include "../property_options.hpp"

namespace mqrig::pub {
namespace {

using cli::UsageError;
using wire::PropertyId;

constexpr PropertyFlag publish_flags[] = {
    {"content-type", PropertyId::content_type},
    {"payload-format", PropertyId::payload_format_indicator},
    {"message-expiry", PropertyId::message_expiry_interval},
    {"response-topic", PropertyId::response_topic},
    {"correlation-data", PropertyId::correlation_data},
    {"topic-alias", PropertyId::topic_alias},
    {"user-property", PropertyId::user_property},
};

constexpr std::string_view version_5_options[] = {
    "content-type",     "payload-format", "message-expiry", "response-topic",
    "correlation-data", "topic-alias",    "user-property"};

constexpr std::chrono::seconds time_without_connection{60};
constexpr std::chrono::milliseconds rate_catch_up{100};
// Brokers search their list of open QoS 2 exchanges for each message: more only slows them down.
constexpr std::uint16_t qos_2_window = 1000;
// Their identifiers are written with each commit; more in flight would not make it faster.
constexpr std::uint16_t spooled_window = 8192;
constexpr std::uint32_t never_expires = 0xFFFF'FFFF;  // a session

std::string label(const cli::Options& options, std::string_view name) {
  return cli::option_label(*cli::find_option(options.command(), name));
}

std::optional<payload::RecordKind> record_kind(const cli::Options& options) {
  if (options.flag("stdin-line")) return payload::RecordKind::lines;
  if (options.flag("stdin-null")) return payload::RecordKind::null_records;
  if (options.flag("ndjson")) return payload::RecordKind::json_lines;
  return std::nullopt;
}

/// From --topic or the URL; the stronger source wins.
void read_topic(const cli::Options& options, std::string from_url, Job& job) {
  const cli::Source own = options.has("topic") ? options.source("topic") : cli::Source::none;
  const cli::Source url = from_url.empty() ? cli::Source::none : options.source("url");
  if (own == cli::Source::flag && url == cli::Source::flag) {
    throw UsageError(label(options, "topic") + " and the topic of the URL exclude each other");
  }
  job.topic = own >= url ? std::string(options.text("topic")) : std::move(from_url);
  if (job.topic.empty()) {
    if (job.records == payload::RecordKind::json_lines || !job.topic_separator.empty()) return;
    throw UsageError("no topic: give " + label(options, "topic") + ", or one in the URL");
  }
  if (const wire::TopicError error = wire::check_topic_name(job.topic);
      error != wire::TopicError::none) {
    throw UsageError("invalid topic '" + job.topic.substr(0, 80) +
                     "': " + std::string(wire::text(error)));
  }
}

void read_source(const cli::Options& options, Job& job) {
  job.records = record_kind(options);
  job.topic_separator = options.text("topic-separator");
  if (!job.topic_separator.empty() &&
      (!job.records || job.records == payload::RecordKind::json_lines)) {
    throw UsageError(label(options, "topic-separator") + " is for " + label(options, "stdin-line") +
                     " and " + label(options, "stdin-null"));
  }
}

/// Last of all, so that nothing is read for a command line that is wrong.
void read_payload(const cli::Options& options, Job& job) {
  const std::size_t most = wire::max_remaining_length - job.topic.size() - 2;
  if (options.has("message")) job.payload = options.text("message");
  if (options.has("file")) job.payload = read_file(std::string(options.text("file")), most);
  if (options.flag("stdin-file")) job.payload = read_file("-", most);
}

void read_pace(const cli::Options& options, Job& job) {
  job.repeat = static_cast<std::uint64_t>(options.integer("repeat"));
  if (job.repeat > 1 && job.records) {
    throw UsageError(label(options, "repeat") + " is for a single message, not for records");
  }
  if (job.repeat > 1) job.interval = options.duration("repeat-delay");
  if (!options.has("rate")) return;
  const std::chrono::duration<double> interval(1 / options.number("rate"));
  const auto rounded = std::chrono::duration_cast<std::chrono::nanoseconds>(interval);
  if (rounded <= job.interval) return;
  job.interval = rounded;
  job.catch_up = rate_catch_up;
}

void read_properties(const cli::Options& options, Job& job) {
  job.properties =
      mqrig::read_properties(options, "publish", wire::PropertyContext::publish, publish_flags);
  job.disconnect_properties =
      mqrig::read_properties(options, "disconnect", wire::PropertyContext::disconnect, {});
  const auto alias = job.properties.view().integer(PropertyId::topic_alias);
  job.topic_alias = static_cast<std::uint16_t>(alias.value_or(0));
  if (job.properties.view().find(PropertyId::subscription_identifier)) {
    throw UsageError(label(options, "property") +
                     " publish subscription-identifier: only a broker sets it");
  }
}

void read_delivery(const cli::Options& options, Job& job) {
  job.qos = static_cast<wire::QoS>(options.integer("qos"));
  job.retain = options.flag("retain");
  job.skip_invalid = options.flag("skip-invalid");
  job.client.survive_reconnects =
      job.qos != wire::QoS::at_most_once || job.records == payload::RecordKind::json_lines;
  job.client.reconnect_timeout = time_without_connection;
  session::ExchangeSettings& exchange = job.client.exchange;
  if (options.has("max-inflight")) {
    exchange.window = static_cast<std::uint16_t>(options.integer("max-inflight"));
    exchange.legacy_qos_2_window = exchange.window;
  } else if (job.qos != wire::QoS::at_least_once) {
    exchange.window = qos_2_window;
  }
}

/// A session that lasts as long as messages wait: exactly once needs the broker's part of it.
void read_session(const cli::Options& options, client::Options& client) {
  if (options.source("disable-clean-session") == cli::Source::flag &&
      !options.flag("disable-clean-session")) {
    throw UsageError("--clean-start does not go with " + label(options, "spool") +
                     ", which goes on with its session");
  }
  if (client.session_expiry == 0U) {
    throw UsageError(label(options, "spool") +
                     " needs a session that the broker keeps: leave out the session expiry of 0");
  }
  client.clean_start = false;
  if (!client.session_expiry) client.session_expiry = never_expires;
  client.keep_trying = client.reconnect;
  client.reconnect_timeout = {};
  client.flush_by_owner = true;
}

void read_spool(const cli::Options& options, Job& job) {
  if (!options.has("spool")) {
    for (const std::string_view name : {"resume", "spool-limit"}) {
      if (options.source(name) != cli::Source::flag) continue;
      throw UsageError(label(options, name) + " is for a run with " + label(options, "spool"));
    }
    return;
  }
  if (job.topic_alias != 0) {
    throw UsageError("a topic alias belongs to one connection: it does not go with " +
                     label(options, "spool"));
  }
  job.spool =
      SpoolSettings{std::string(options.text("spool")), options.flag("resume"), options.has("id"),
                    static_cast<std::uint64_t>(options.integer("spool-limit"))};
  read_session(options, job.client);
  session::ExchangeSettings& exchange = job.client.exchange;
  if (!options.has("max-inflight")) exchange.window = std::min(exchange.window, spooled_window);
}

}  // namespace

wire::Publish Job::message() const {
  wire::Publish publish;
  publish.topic = topic;
  publish.payload = wire::as_bytes(payload);
  publish.qos = qos;
  publish.retain = retain;
  publish.topic_alias = topic_alias;
  publish.properties = properties.view();
  return publish;
}

Job read_job(const cli::Options& options) {
  Job job;
  ClientOptions shared = read_client_options(options, version_5_options);
  job.client = std::move(shared.client);
  read_source(options, job);
  read_topic(options, std::move(shared.topic), job);
  read_delivery(options, job);
  read_pace(options, job);
  read_properties(options, job);
  read_spool(options, job);
  read_payload(options, job);
  return job;
}

}  // namespace mqrig::pub
