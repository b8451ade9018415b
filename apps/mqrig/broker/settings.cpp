#include "settings.hpp"

#include <algorithm>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/net/url.hpp>
#include <random>

#include "../ready_descriptor.hpp"

namespace mqrig::broker_command {
namespace {

using cli::UsageError;

/// A number that the range of its option keeps within the type.
template <typename Number>
void read(const cli::Options& options, std::string_view name, Number& into) {
  into = static_cast<Number>(options.integer(name));
}

broker::QueueFull queue_full(std::string_view word) {
  if (word == "newest") return broker::QueueFull::drop_newest;
  if (word == "disconnect") return broker::QueueFull::disconnect;
  return broker::QueueFull::drop_oldest;
}

void read_limits(const cli::Options& options, broker::Limits& into) {
  read(options, "max-connections", into.connections);
  read(options, "max-packet-size", into.packet_size);
  into.connect_timeout = options.duration("connect-timeout");
  if (into.connect_timeout.count() == 0) {
    throw UsageError("--connect-timeout: nobody connects in no time: give a time above zero");
  }
  read(options, "receive-maximum", into.receive_maximum);
  read(options, "max-inflight", into.inflight);
  read(options, "max-topic-aliases", into.topic_aliases);
  read(options, "max-queued-messages", into.queued_messages);
  read(options, "max-queued-bytes", into.queued_bytes);
  read(options, "max-queued-bytes-in-all", into.queued_bytes_in_all);
  into.queue_full = queue_full(options.text("when-full"));
  read(options, "max-output-bytes", into.output_bytes);
  read(options, "max-sessions", into.sessions);
  read(options, "max-subscriptions", into.subscriptions);
  read(options, "max-retained-messages", into.retained_messages);
  read(options, "max-retained-bytes", into.retained_bytes);
  read(options, "max-topic-levels", into.topic_levels);
  read(options, "max-keep-alive", into.keep_alive);
  read(options, "max-session-expiry", into.session_expiry);
}

void read_faults(const cli::Options& options, Settings& into) {
  broker::FaultSettings& faults = into.broker.faults;
  into.broker.fault_control = options.flag("chaos-control");
  const std::string error = broker::parse_faults(options.text("chaos"), faults);
  if (!error.empty()) throw UsageError("--chaos: " + error);
  const bool possible = faults.any() || into.broker.fault_control;
  if (options.has("seed")) {
    if (!possible && options.source("seed") == cli::Source::flag) {
      throw UsageError("--seed needs --chaos or --chaos-control");
    }
    read(options, "seed", faults.seed);
  } else if (possible) {
    // Of a size that is easily typed.
    faults.seed = std::random_device("getentropy")() % 1'000'000;
    into.chaos_announced = true;
  }
}

bool speaks_tls(const Settings& settings) {
  return std::any_of(settings.listeners.begin(), settings.listeners.end(),
                     [](const ListenUrl& listener) { return listener.tls; });
}

/// That of --port. It speaks TLS where there is a certificate that no other listener has a use for.
ListenUrl default_listener(const cli::Options& options, bool tls_elsewhere) {
  ListenUrl listener;
  listener.tls = has_tls_identity(options) && !tls_elsewhere;
  const bool said = options.has("port");
  listener.address = {"localhost", static_cast<std::uint16_t>(options.integer("port"))};
  if (listener.tls && !said) listener.address.port = net::default_port(net::Scheme::mqtts);
  return listener;
}

void read_listeners(const cli::Options& options, Settings& into) {
  for (const std::string_view url : options.list("listen")) {
    std::string error;
    into.listeners.push_back(parse_listen_url(url, error));
    if (error.empty()) continue;
    const bool shown = url.find('@') == url.npos;  // else there may be a password
    throw UsageError("--listen" + (shown ? " '" + std::string(url) + "'" : "") + ": " + error);
  }
  // A port from a weaker source does not come along with listeners that were typed.
  const bool port_too = options.has("port") && options.source("port") >= options.source("listen");
  if (into.listeners.empty() || port_too) {
    into.listeners.insert(into.listeners.begin(), default_listener(options, speaks_tls(into)));
  }
}

void read_tls(const cli::Options& options, Settings& into) {
  if (!speaks_tls(into)) return refuse_tls_options(options);
  into.tls = read_tls_settings(options);
  into.broker.identity_is_user_name = options.flag("use-identity-as-username");
  const bool proved =
      into.tls->server.client_certificate != net::TlsServerSettings::ClientCertificate::not_asked ||
      !into.tls->psk_file.empty();
  if (into.broker.identity_is_user_name && !proved) {
    throw UsageError(
        "--use-identity-as-username needs clients that prove who they are: give --cafile or "
        "--capath for their certificates, or --psk-file");
  }
}

/// Whoever uses a proxy expects clients that are not on this machine.
void read_proxy_protocol(const cli::Options& options, Settings& into) {
  if (!options.flag("proxy-protocol")) return;
  bool used = false;
  for (ListenUrl& listener : into.listeners) {
    listener.address.proxy_protocol = listener.address.unix_path.empty();
    used |= listener.address.proxy_protocol;
  }
  if (!used && options.source("proxy-protocol") == cli::Source::flag) {
    throw UsageError(
        "--proxy-protocol has no effect: it is for TCP, and there are Unix sockets only");
  }
}

/// True if TLS lets nobody in without a certificate that was signed for it, or a key.
bool proves_clients(const TlsSettings& tls) {
  const net::TlsIdentity& identity = tls.server.identity;
  const bool keys_only = identity.certificate_file.empty() && identity.pkcs12_file.empty();
  return keys_only ||
         tls.server.client_certificate == net::TlsServerSettings::ClientCertificate::required;
}

/// True if nobody can come in by it who is not on this machine, or proves who it is.
bool is_guarded(const ListenUrl& listener, const Settings& settings) {
  if (listener.tls && (settings.broker.identity_is_user_name || proves_clients(*settings.tls))) {
    return true;
  }
  return !listener.address.proxy_protocol && net::is_loopback(listener.address);
}

void read_access(const cli::Options& options, Settings& into) {
  into.password_file = options.text("password-file");
  into.acl_file = options.text("acl-file");
  const bool said = options.has("allow-anonymous");
  const bool allowed = options.flag("allow-anonymous");
  into.jwt = read_jwt_settings(options);
  const bool asks = !into.password_file.empty() || into.jwt;
  into.broker.allow_anonymous = said ? allowed : !asks;
  if (asks) return;
  const auto names_clients = [&](const ListenUrl& listener) {
    return listener.tls && into.broker.identity_is_user_name;
  };
  if (said && !allowed &&
      !std::all_of(into.listeners.begin(), into.listeners.end(), names_clients)) {
    throw UsageError(
        "--no-allow-anonymous without --password-file or --jwt-jwks would let nobody in");
  }
  for (const ListenUrl& listener : into.listeners) {
    if (said || is_guarded(listener, into)) continue;
    throw UsageError("listening on " + describe(listener.address) +
                     " would let everybody in who reaches " +
                     (listener.address.proxy_protocol ? "the proxy" : "this machine") +
                     ": give --password-file (see mqrig passwd), --jwt-jwks or, with TLS, "
                     "--require-certificate; or --allow-anonymous if that is meant");
  }
}

void read_workers(const cli::Options& options, Settings& into) {
  read(options, "workers", into.workers);
  if (into.workers == 1) return;
  if (!into.state_file.empty()) {
    throw UsageError("--workers does not go with --state: a state file belongs to one process");
  }
  if (into.metrics) {
    throw UsageError("--workers does not go with --metrics: each worker counts for itself");
  }
  for (auto& [address, tls] : into.listeners) {
    if (!address.unix_path.empty()) {
      throw UsageError("--workers does not go with " + describe(address) +
                       ": a Unix socket belongs to one process");
    }
    address.reuse_port = true;
  }
}

void read_process(const cli::Options& options, Settings& into) {
  into.state_file = options.text("state");
  into.pid_file = options.text("pid-file");
  if (options.has("metrics")) {
    std::string error;
    into.metrics = parse_listen_address(options.text("metrics"), error);
    if (!error.empty()) {
      throw UsageError("--metrics '" + std::string(options.text("metrics")) + "': " + error);
    }
  }
  into.ready_descriptor = read_ready_descriptor(options);
}

}  // namespace

Settings read_settings(const cli::Options& options) {
  Settings settings;
  read_limits(options, settings.broker.limits);
  read_faults(options, settings);
  read_listeners(options, settings);
  read_tls(options, settings);
  read_proxy_protocol(options, settings);
  read_access(options, settings);
  read_process(options, settings);
  read_workers(options, settings);
  settings.broker.sys_interval = options.duration("sys-interval");
  settings.broker.trace = options.flag("debug");
  settings.broker.verbose = options.flag("verbose") && !options.flag("quiet");
  return settings;
}

}  // namespace mqrig::broker_command
