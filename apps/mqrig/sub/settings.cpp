#include "settings.hpp"

#include <algorithm>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/wire/topic.hpp>

#include "../client_options.hpp"
#include "../property_options.hpp"
#include "../transport_options.hpp"
#include "spool_settings.hpp"

namespace mqrig::sub {
namespace {

using wire::PropertyContext;
using wire::PropertyId;

constexpr std::string_view version_5_options[] = {"no-local", "retain-as-published",
                                                  "retain-handling", "subscription-id",
                                                  "subscribe-user-property"};

constexpr PropertyFlag subscribe_flags[] = {
    {"subscription-id", PropertyId::subscription_identifier},
    {"subscribe-user-property", PropertyId::user_property},
};

void add_filter(std::vector<std::string>& filters, std::string_view source,
                std::string_view filter) {
  const wire::TopicError error = wire::check_topic_filter(filter);
  if (error != wire::TopicError::none) {
    throw cli::UsageError(std::string(source) + " '" + std::string(filter) +
                          "': " + std::string(wire::text(error)));
  }
  const bool known = std::find(filters.begin(), filters.end(), filter) != filters.end();
  if (!known) filters.emplace_back(filter);
}

void read_filters(const cli::Options& options, std::string_view url_topic, Settings& into) {
  for (const std::string_view filter : options.list("topic")) {
    add_filter(into.filters, "-t/--topic", filter);
  }
  if (!url_topic.empty()) add_filter(into.filters, "the topic of the URL", url_topic);
  for (const std::string_view filter : options.list("unsubscribe")) {
    add_filter(into.unsubscribe, "-U/--unsubscribe", filter);
  }
  if (into.filters.empty() && into.unsubscribe.empty()) {
    throw cli::UsageError("no topic to subscribe to: give -t/--topic, or a URL that ends in one");
  }
}

wire::RetainHandling retain_handling(std::string_view word) {
  if (word == "new") return wire::RetainHandling::send_if_new;
  if (word == "never") return wire::RetainHandling::do_not_send;
  return wire::RetainHandling::send;
}

void read_subscription(const cli::Options& options, Settings& into) {
  wire::Subscription& subscription = into.subscription;
  subscription.qos = static_cast<wire::QoS>(options.integer("qos"));
  subscription.no_local = options.flag("no-local");
  subscription.retain_as_published = options.flag("retain-as-published");
  subscription.retain_handling = retain_handling(options.text("retain-handling"));
  const bool shared = std::any_of(into.filters.begin(), into.filters.end(), wire::is_shared);
  if (subscription.no_local && shared) {  // [MQTT-3.8.3-4]
    throw cli::UsageError("--no-local does not go with a shared subscription ($share/...)");
  }
}

bool typed(const cli::Options& options, std::string_view name) {
  return options.source(name) == cli::Source::flag;
}

// Where the embedded broker listens is where a subscriber would connect to, if that was typed: what
// the environment and the configuration file name is another broker.
void read_embedded(const cli::Options& options, Settings& into) {
  into.embedded = options.flag("embedded");
  if (!into.embedded) return;
  leave_transport_out(options, into.client);
  if (typed(options, "url") || typed(options, "host") || typed(options, "unix")) {
    for (const client::Broker& broker : into.client.brokers) {
      into.listeners.emplace_back(broker.host, broker.port).unix_path = broker.unix_path;
    }
  } else if (typed(options, "port")) {
    into.listeners.emplace_back("localhost", static_cast<std::uint16_t>(options.integer("port")));
  }
  for (const net::ListenAddress& address : into.listeners) {
    if (net::is_loopback(address)) continue;
    throw cli::UsageError("--embedded listens on this machine only, and not on '" + address.host +
                          "': use mqrig broker for that");
  }
}

std::optional<std::chrono::milliseconds> optional_duration(const cli::Options& options,
                                                           std::string_view name) {
  if (!options.has(name)) return std::nullopt;
  return options.duration(name);
}

void read_end(const cli::Options& options, Settings& into) {
  if (options.has("count")) into.count = static_cast<std::uint64_t>(options.integer("count"));
  into.timeout = optional_duration(options, "timeout");
  into.idle_timeout = optional_duration(options, "idle-timeout");
  into.exit_after_subscribe = options.flag("exit-after-subscribe");
  into.retained_only = options.flag("retained-only");
  into.remove_retained = options.flag("remove-retained");
}

void read_handling(const cli::Options& options, Settings& into) {
  into.exec = read_exec_settings(options);
  into.prints =
      !into.exec || options.flag("verbose") || options.flag("json") || options.has("format");
  read_spool_settings(options, into);
}

}  // namespace

Settings read_settings(const cli::Options& options) {
  Settings settings;
  ClientOptions connection = read_client_options(options, version_5_options);
  settings.client = std::move(connection.client);
  read_embedded(options, settings);
  read_filters(options, connection.topic, settings);
  read_subscription(options, settings);
  settings.subscribe_properties =
      read_properties(options, "subscribe", PropertyContext::subscribe, subscribe_flags);
  settings.unsubscribe_properties =
      read_properties(options, "unsubscribe", PropertyContext::unsubscribe, {});
  settings.disconnect_properties =
      read_properties(options, "disconnect", PropertyContext::disconnect, {});
  read_handling(options, settings);
  read_end(options, settings);
  settings.client.exchange.ack_mode = session::AckMode::manual;
  settings.client.survive_reconnects = settings.subscription.qos != wire::QoS::at_most_once;
  return settings;
}

}  // namespace mqrig::sub
