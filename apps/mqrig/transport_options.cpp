#include "transport_options.hpp"

#include <strings.h>

#include <algorithm>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/shared_options.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/net/host_override.hpp>
#include <mqrig/net/host_port.hpp>

#include "proxy_options.hpp"
#include "tls_settings.hpp"

namespace mqrig {
namespace {

using cli::Source;
using cli::UsageError;
using net::Scheme;

// Where AWS IoT Core takes custom authorizers, by the ALPN name of MQTT.
constexpr std::uint16_t aws_port = 443;

bool is_aws(const cli::Options& options) {
  return options.text("token-preset") == "aws-custom";
}

Layers layers_of(Scheme scheme) {
  return {scheme == Scheme::mqtts || scheme == Scheme::wss,
          scheme == Scheme::ws || scheme == Scheme::wss};
}

std::string quoted_scheme(Scheme scheme) {
  return std::string(net::scheme_name(scheme)) + "://";
}

/// What to write instead of a plain URL.
std::string encrypted(Scheme scheme) {
  if (scheme == Scheme::unix_socket) return "--unix, with --tls";
  return scheme == Scheme::ws ? "wss://" : "mqtts://";
}

/// "tls" or "ws" against the URL. What comes from a weaker source gives way.
void check_flag(const cli::Options& options, std::string_view name, bool in_url, Scheme scheme,
                const std::string& instead) {
  if (!options.has(name) || options.source(name) < options.source("url")) return;
  if (options.flag(name) == in_url) return;
  throw UsageError((in_url ? "--no-" + std::string(name) : options.label(name)) + " and a URL of " +
                   quoted_scheme(scheme) + " are at odds: write " + instead);
}

void check_against_url(const cli::Options& options, Scheme scheme) {
  const Layers layers = layers_of(scheme);
  const bool web = layers.web_socket;
  const bool unix = scheme == Scheme::unix_socket;
  check_flag(options, "tls", layers.tls, scheme,
             layers.tls ? (web ? "ws://" : "mqtt://") : encrypted(scheme));
  check_flag(
      options, "ws", web, scheme,
      unix ? "--unix, with --ws"
           : (web ? (layers.tls ? "mqtts://" : "mqtt://") : (layers.tls ? "wss://" : "ws://")));
  if (layers.tls) return;
  const std::string_view name = tls_option_given(options, options.source("url"));
  if (name.empty()) return;
  throw UsageError(options.label(name) + " is for TLS, and a URL of " + quoted_scheme(scheme) +
                   " is without: write " + encrypted(scheme));
}

/// TLS for --host: any of its options turns it on. --no-tls turns off what weaker sources say.
bool host_has_tls(const cli::Options& options) {
  if (!options.has("tls") || options.flag("tls")) {
    return options.flag("tls") || !tls_option_given(options, Source::config).empty();
  }
  const std::string_view name = tls_option_given(options, options.source("tls"));
  if (name.empty()) return false;
  throw UsageError("--no-tls and " + options.label(name) + " exclude each other");
}

bool equal(std::string_view text, std::string_view word) {
  return text.size() == word.size() && strncasecmp(text.data(), word.data(), word.size()) == 0;
}

bool is_token(std::string_view name) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != others.npos;
  });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

/// What the handshake says by itself.
bool belongs_to_handshake(std::string_view name) {
  for (const std::string_view own :
       {"Upgrade", "Connection", "Content-Length", "Transfer-Encoding", "Sec-WebSocket-Key",
        "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions",
        "Sec-WebSocket-Accept"}) {
    if (equal(name, own)) return true;
  }
  return false;
}

/// One --ws-header. Its value may be a secret.
void read_header(const cli::Options& options, std::string_view text, net::WebSocketRequest& into) {
  const std::string label = options.label("ws-header");
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (colon == text.npos || !is_token(name)) {
    throw UsageError(label + ": a header field is written 'NAME: VALUE'");
  }
  std::string_view value = text.substr(colon + 1);
  const std::size_t start = std::min(value.find_first_not_of(" \t"), value.size());
  value = value.substr(start, value.find_last_not_of(" \t") + 1 - start);
  if (has_control(value)) {
    throw UsageError(label + ": control characters in the value of " + std::string(name));
  }
  if (belongs_to_handshake(name)) {
    throw UsageError(label + ": " + std::string(name) + " belongs to the handshake itself");
  }
  if (equal(name, "Host")) {
    into.host = value;
  } else {
    into.headers.emplace_back(name, value);
  }
}

std::string checked_path(const cli::Options& options) {
  const std::string_view path = options.text("ws-path");
  if (!path.starts_with('/')) throw UsageError(options.label("ws-path") + ": begins with a '/'");
  if (has_control(path) || path.find_first_of(" \t#") != path.npos) {
    throw UsageError(options.label("ws-path") +
                     ": has a blank, '#' or control character: percent-encode it");
  }
  return std::string(path);
}

net::WebSocketRequest read_web_socket(const cli::Options& options, const net::Url* url) {
  net::WebSocketRequest request;
  if (!url) {
    request.path = checked_path(options);
  } else {
    request.path = url->path;
    if (options.has("ws-path") && options.source("ws-path") >= options.source("url")) {
      throw UsageError(options.label("ws-path") + " is for " + options.label("ws") +
                       ": the URL has a path of its own");
    }
  }
  for (const std::string_view header : options.list("ws-header")) {
    read_header(options, header, request);
  }
  return request;
}

/// Options of a layer that there is not. Only what was typed was meant for this run.
void refuse_typed(const cli::Options& options, std::initializer_list<std::string_view> names,
                  std::string_view what) {
  for (const std::string_view name : names) {
    if (options.source(name) != Source::flag) continue;
    throw UsageError(options.label(name) + " is for " + std::string(what));
  }
}

/// Whatever --quiet says: who sees the output of a run has to know what it is worth.
void warn_of_insecure(const cli::Options& options, const std::vector<client::Broker>& brokers) {
  const std::string prefix = "mqrig " + std::string(options.command().name);
  const cli::Diagnostic diagnostic(prefix, cli::ColourMode::automatic, false);
  for (const client::Broker& broker : brokers) {
    const std::string name =
        broker.unix_path.empty() ? net::join_host_port(broker.host, broker.port) : broker.unix_path;
    diagnostic.warning("the certificate of " + name +
                       " is not checked, anybody can pose as it (insecure)");
  }
}

void read_tls(const cli::Options& options, bool web_socket, client::Options& into) {
  net::TlsClientSettings settings = read_tls_settings(options);
  if (settings.alpn.empty() && !web_socket && is_aws(options)) settings.alpn.emplace_back("mqtt");
  if (settings.insecure) warn_of_insecure(options, into.brokers);
  into.transport.tls = make_tls_client(settings);
  into.transport.tls_name = read_tls_name(options);
}

/// Of hosts without a port, which the records give.
void read_srv(const cli::Options& options, const net::Url* url, std::vector<client::Broker>& into) {
  if (!options.flag("srv")) return;
  if (options.source("port") == Source::flag) {
    throw UsageError(options.label("srv") + " and " + options.label("port") +
                     " exclude each other: the records give the port");
  }
  for (client::Broker& broker : into) {
    const bool unix = !broker.unix_path.empty();
    if (unix && options.source("srv") == Source::flag) {
      throw UsageError(options.label("srv") + " is for a domain, and not for a Unix socket");
    }
    broker.srv = !unix;
  }
  if (url != nullptr && url->port != net::default_port(url->scheme)) {
    throw UsageError(options.label("srv") +
                     " and the port of the URL exclude each other: the "
                     "records give the port");
  }
}

void read_overrides(const cli::Options& options, net::Transport& into) {
  for (const std::string_view text : options.list("resolve")) {
    std::string error;
    std::optional<net::HostOverride> entry = net::parse_host_override(text, error);
    if (!entry) {
      throw UsageError(options.label("resolve") + " '" + std::string(text) + "': " + error);
    }
    into.overrides.push_back(std::move(*entry));
  }
}

Scheme scheme_of(Layers layers) {
  if (layers.web_socket) return layers.tls ? Scheme::wss : Scheme::ws;
  return layers.tls ? Scheme::mqtts : Scheme::mqtt;
}

}  // namespace

Layers read_layers(const cli::Options& options, const net::Url* url) {
  if (!url) return {host_has_tls(options), options.flag("ws")};
  check_against_url(options, url->scheme);
  return layers_of(url->scheme);
}

std::uint16_t default_port(const cli::Options& options, Layers layers) {
  if (layers.tls && !layers.web_socket && is_aws(options)) return aws_port;
  return net::default_port(scheme_of(layers));
}

void read_transport(const cli::Options& options, Layers layers, const net::Url* url,
                    client::Options& into) {
  read_overrides(options, into.transport);
  read_srv(options, url, into.brokers);
  read_proxy(options, scheme_of(layers), into);
  if (layers.tls) read_tls(options, layers.web_socket, into);
  if (layers.web_socket) {
    into.transport.web_socket = read_web_socket(options, url);
  } else {
    refuse_typed(options, {"ws-path", "ws-header"},
                 "a WebSocket: give " + options.label("ws") + " or a URL of ws:// or wss://");
  }
}

void leave_transport_out(const cli::Options& options, client::Options& into) {
  for (const cli::OptionGroup* group : {&cli::tls_group, &cli::network_group}) {
    for (const cli::OptionSpec& option : group->options) {
      if (options.source(option.long_name) != Source::flag) continue;
      throw UsageError(options.label(option.long_name) +
                       " means nothing to an embedded broker, which has no network");
    }
  }
  const bool layers = into.transport.tls || into.transport.web_socket;
  if (layers && options.source("url") == Source::flag) {
    throw UsageError("an embedded broker listens at mqtt:// and unix:// only");
  }
  into.transport = {};
}

}  // namespace mqrig
