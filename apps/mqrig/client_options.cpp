#include "client_options.hpp"

#include <unistd.h>

#include <mqrig/cli/core_files.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/net/url.hpp>
#include <mqrig/wire/topic.hpp>

#include "connect_text.hpp"
#include "credentials.hpp"
#include "input_file.hpp"
#include "property_options.hpp"
#include "transport_options.hpp"

namespace mqrig {
namespace {

using cli::UsageError;
using wire::PropertyId;

constexpr std::size_t longest_field = 65'535;  // of binary data in CONNECT
constexpr std::uint32_t never_expires = 0xFFFF'FFFF;

constexpr PropertyFlag connect_flags[] = {
    {"receive-maximum", PropertyId::receive_maximum},
    {"maximum-packet-size", PropertyId::maximum_packet_size},
    {"topic-alias-maximum", PropertyId::topic_alias_maximum},
    {"connect-user-property", PropertyId::user_property},
};

constexpr PropertyFlag will_flags[] = {
    {"will-delay", PropertyId::will_delay_interval},
    {"will-expiry", PropertyId::message_expiry_interval},
    {"will-content-type", PropertyId::content_type},
    {"will-payload-format", PropertyId::payload_format_indicator},
    {"will-response-topic", PropertyId::response_topic},
    {"will-correlation-data", PropertyId::correlation_data},
    {"will-user-property", PropertyId::user_property},
};

constexpr std::string_view plain_will_options[] = {"will-payload", "will-payload-file", "will-qos",
                                                   "will-retain"};

net::Url read_url(const cli::Options& options) {
  net::UrlResult result = net::parse_url(options.text("url"));
  if (!result.error.empty()) throw UsageError("broker URL: " + result.error);
  return std::move(result.url);
}

client::Broker broker_of(const cli::Options& options, const net::Url& url, Layers layers) {
  client::Broker broker;
  if (url.scheme == net::Scheme::unix_socket) {
    broker.unix_path = url.path;
    return broker;
  }
  broker.host = url.host;
  broker.port = url.port;
  if (url.port != net::default_port(url.scheme)) return broker;
  if (options.has("port") && options.source("port") >= options.source("url")) {
    broker.port = static_cast<std::uint16_t>(options.integer("port"));
  } else if (url.scheme == net::Scheme::mqtts) {
    broker.port = default_port(options, layers);
  }
  return broker;
}

void read_broker_url(const cli::Options& options, ClientOptions& into) {
  net::Url url = read_url(options);
  const Layers layers = read_layers(options, &url);
  into.topic = std::move(url.topic);
  into.client.user_name = std::move(url.username);
  into.client.password = std::move(url.password);
  into.client.brokers.push_back(broker_of(options, url, layers));
  read_transport(options, layers, &url, into.client);
}

void read_hosts(const cli::Options& options, Layers layers, client::Options& into) {
  const auto port = options.has("port") ? static_cast<std::uint16_t>(options.integer("port"))
                                        : default_port(options, layers);
  for (const std::string_view text : options.list("host")) {
    if (text.find("://") != text.npos) {
      throw UsageError(options.label("host") + ": that is a URL: give it with " +
                       options.label("url"));
    }
    net::HostPort host = net::split_host_port(text);
    if (!host.error.empty()) {
      const bool secret = text.find('@') != text.npos;  // a password before it
      throw UsageError(options.label("host") + (secret ? "" : " '" + std::string(text) + "'") +
                       ": " + host.error);
    }
    if (host.port && options.flag("srv")) {
      throw UsageError(options.label("srv") + " and the port of '" + std::string(text) +
                       "' exclude each other: the records give the port");
    }
    into.brokers.emplace_back(std::move(host.host), host.port.value_or(port));
  }
}

void read_brokers(const cli::Options& options, ClientOptions& into) {
  into.client.bind_address = options.text("bind");
  into.client.connect_timeout = options.duration("connect-timeout");
  if (options.has("url")) return read_broker_url(options, into);
  const Layers layers = read_layers(options, nullptr);
  if (options.has("unix")) {
    into.client.brokers.emplace_back().unix_path = options.text("unix");
  } else {
    read_hosts(options, layers, into.client);
  }
  read_transport(options, layers, nullptr, into.client);
}

void read_identity(const cli::Options& options, client::Options& into) {
  into.client_id = checked_text(options, "id");
  if (options.has("id-prefix")) {
    into.client_id = checked_text(options, "id-prefix") + std::to_string(::getpid());
  }
  into.clean_start = !options.flag("disable-clean-session");
  if (!into.clean_start && into.client_id.empty()) {
    throw UsageError(options.label("disable-clean-session") + " needs a client identifier: give " +
                     options.label("id"));
  }
}

void read_session(const cli::Options& options, client::Options& into) {
  into.keep_alive = static_cast<std::uint16_t>(options.integer("keepalive"));
  if (!into.clean_start) into.session_expiry = never_expires;
  if (options.has("session-expiry-interval")) {
    into.session_expiry = static_cast<std::uint32_t>(options.integer("session-expiry-interval"));
  }
  into.ack_timeout = options.duration("ack-timeout");
  into.reconnect = options.flag("reconnect");
  into.reconnect_delay = options.duration("reconnect-delay");
  into.reconnect_max_delay = options.duration("reconnect-max-delay");
  into.trace = options.flag("debug");
}

void read_connect_properties(const cli::Options& options, client::Options& into) {
  const wire::PropertyWriter all =
      read_properties(options, "connect", wire::PropertyContext::connect, connect_flags);
  for (const wire::Property& property : all.view()) {
    if (property.id == PropertyId::session_expiry_interval) {
      into.session_expiry = property.integer;  // the client adds it by itself
      continue;
    }
    if (property.id == PropertyId::maximum_packet_size) into.maximum_packet_size = property.integer;
    into.connect_properties.add(property);
  }
}

void check_will_options(const cli::Options& options) {
  const auto need_topic = [&](std::string_view name) {
    if (options.source(name) == cli::Source::flag) {
      throw UsageError(options.label(name) + " needs " + options.label("will-topic"));
    }
  };
  for (const std::string_view name : plain_will_options) need_topic(name);
  for (const PropertyFlag& flag : will_flags) need_topic(flag.option);
  if (!read_properties(options, "will", wire::PropertyContext::will, {}).empty()) {
    throw UsageError(options.label("property") + " will needs " + options.label("will-topic"));
  }
}

void read_will(const cli::Options& options, client::Options& into) {
  if (!options.has("will-topic")) return check_will_options(options);
  client::WillMessage& will = into.will.emplace();
  will.topic = options.text("will-topic");
  const wire::TopicError error = wire::check_topic_name(will.topic);
  if (error != wire::TopicError::none) {
    throw UsageError(options.label("will-topic") +
                     ": invalid topic: " + std::string(wire::text(error)));
  }
  will.payload = options.text("will-payload");
  if (options.has("will-payload-file")) {
    will.payload = read_file(std::string(options.text("will-payload-file")), longest_field);
  }
  if (will.payload.size() > longest_field) {
    throw UsageError(options.label("will-payload") + ": longer than 65535 bytes");
  }
  will.qos = static_cast<wire::QoS>(options.integer("will-qos"));
  will.retain = options.flag("will-retain");
  will.properties = read_properties(options, "will", wire::PropertyContext::will, will_flags);
}

/// One option that only 5.0 has. A weaker source, such as the configuration file, gives way to the
/// version that was asked for.
void need_version_5(const cli::Options& options, std::string_view name, client::Options& into) {
  if (!options.has(name)) return;
  if (!into.version) into.version = wire::Version::mqtt_5;
  if (into.version == wire::Version::mqtt_5) return;
  if (options.source(name) < options.source("protocol-version")) return;
  throw UsageError(options.label(name) + " needs MQTT 5.0, and " +
                   options.label("protocol-version") + " asks for " +
                   std::string(wire::name(*into.version)));
}

void choose_version(const cli::Options& options, std::span<const std::string_view> names,
                    client::Options& into) {
  into.version = version_asked_for(options);
  need_version_5(options, "session-expiry-interval", into);
  need_version_5(options, "property", into);
  need_version_5(options, "auth-method", into);
  if (options.text("token-preset").starts_with("azure-")) {
    need_version_5(options, "token-preset", into);
  }
  for (const PropertyFlag& flag : connect_flags) need_version_5(options, flag.option, into);
  for (const PropertyFlag& flag : will_flags) need_version_5(options, flag.option, into);
  for (const std::string_view name : names) need_version_5(options, name, into);
  if (into.password && !into.user_name) {  // [MQTT-3.1.2-22] of 3.1.1
    if (into.version.value_or(wire::Version::mqtt_5) != wire::Version::mqtt_5) {
      throw UsageError("a password needs a user name before MQTT 5.0: give " +
                       options.label("username"));
    }
    into.version = wire::Version::mqtt_5;
  }
}

bool holds_secrets(const client::Options& client) {
  const net::Transport& transport = client.transport;
  return client.password || client.make_credentials || client.authentication || transport.tls ||
         transport.proxy || (transport.web_socket && !transport.web_socket->headers.empty());
}

}  // namespace

std::optional<wire::Version> version_asked_for(const cli::Options& options) {
  const std::string_view word = options.text("protocol-version");
  if (word == "5") return wire::Version::mqtt_5;
  if (word == "311") return wire::Version::mqtt_3_1_1;
  if (word == "31") return wire::Version::mqtt_3_1;
  return std::nullopt;
}

ClientOptions read_client_options(const cli::Options& options,
                                  std::span<const std::string_view> version_5_options) {
  ClientOptions result;
  read_brokers(options, result);
  read_identity(options, result.client);
  read_session(options, result.client);
  read_connect_properties(options, result.client);
  read_will(options, result.client);
  read_credentials(options, result.client);
  choose_version(options, version_5_options, result.client);
  if (holds_secrets(result.client)) cli::forbid_core_files();
  return result;
}

}  // namespace mqrig
