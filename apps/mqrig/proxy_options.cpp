#include "proxy_options.hpp"

#include <cstdlib>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/net/proxy_environment.hpp>
#include <mqrig/net/proxy_url.hpp>
#include <string>

#include "input_file.hpp"
#include "secret_option.hpp"
#include "tls_settings.hpp"

namespace mqrig {
namespace {

using cli::UsageError;

constexpr std::size_t longest_credential = 255;  // bytes, of SOCKS5

bool is_no_proxy(std::string_view variable) {
  return variable == "no_proxy" || variable == "NO_PROXY";
}

std::optional<net::Proxy> typed_proxy(const cli::Options& options) {
  std::string error;
  std::optional<net::Proxy> proxy = net::parse_proxy_url(options.text("proxy"), error);
  if (!proxy) throw UsageError(options.label("proxy") + ": " + error);
  return proxy;
}

/// Of one broker. What --proxy names is meant for all of them, unless --no-proxy says otherwise.
std::optional<net::Proxy> proxy_of(const cli::Options& options, net::Scheme scheme,
                                   const client::Broker& broker) {
  if (!broker.unix_path.empty()) return std::nullopt;
  const std::string no_proxy(options.text("no-proxy"));
  if (options.has("proxy")) {
    if (options.text("proxy").empty()) return std::nullopt;
    std::optional<net::Proxy> proxy = typed_proxy(options);
    if (net::no_proxy_names(no_proxy, broker.host, broker.port)) proxy.reset();
    return proxy;
  }
  const auto lookup = [&](const char* name) -> const char* {
    const bool replaced = options.has("no-proxy") && is_no_proxy(name);
    return replaced ? no_proxy.c_str() : std::getenv(name);
  };
  std::string error;
  auto proxy = net::proxy_from_environment(scheme, broker.host, broker.port, lookup, error);
  if (!error.empty()) throw UsageError("proxy: " + error);
  return proxy;
}

std::optional<net::Proxy> common_proxy(const cli::Options& options, net::Scheme scheme,
                                       const std::vector<client::Broker>& brokers) {
  std::optional<net::Proxy> common;
  for (const client::Broker& broker : brokers) {
    std::optional<net::Proxy> proxy = proxy_of(options, scheme, broker);
    if (&broker != &brokers.front() && proxy.has_value() != common.has_value()) {
      throw UsageError(
          "some of the brokers are to be reached through a proxy and others not: say "
          "it for all, with " +
          options.label("proxy") + " or with " + options.label("no-proxy") + " '*'");
    }
    common = std::move(proxy);
  }
  return common;
}

void read_proxy_credentials(const cli::Options& options, net::Proxy& into) {
  if (options.has("proxy-username")) into.username = options.text("proxy-username");
  if (auto password = read_secret(options, "proxy-password")) into.password = std::move(*password);
  if (into.username.empty() && !into.password.empty()) {
    throw UsageError("a password for the proxy needs a user name: give " +
                     options.label("proxy-username"));
  }
  const bool socks =
      into.kind == net::Proxy::Kind::socks5 || into.kind == net::Proxy::Kind::socks5_remote_names;
  if (socks && std::max(into.username.size(), into.password.size()) > longest_credential) {
    throw UsageError("SOCKS5 has no user names and passwords of more than 255 bytes");
  }
  if (!socks && into.username.find(':') != into.username.npos) {
    throw UsageError("a user name with ':' in it cannot be sent to an HTTP proxy");
  }
}

void read_proxy_tls(const cli::Options& options, net::Proxy& into) {
  if (into.kind != net::Proxy::Kind::https) {
    if (options.source("proxy-cafile") != cli::Source::flag) return;
    throw UsageError(options.label("proxy-cafile") + " is for an https:// proxy, and this is " +
                     into.text());
  }
  net::TlsClientSettings settings;
  settings.ca_file = options.text("proxy-cafile");
  if (!settings.ca_file.empty()) check_readable(settings.ca_file);
  into.tls = make_tls_client(settings);
}

/// What was typed for a proxy that there is not.
void refuse_without_proxy(const cli::Options& options, const std::vector<client::Broker>& brokers) {
  if (options.source("proxy") == cli::Source::flag && !brokers.empty() &&
      !brokers.front().unix_path.empty()) {
    throw UsageError(options.label("proxy") + " does not reach a Unix socket");
  }
  for (const std::string_view name :
       {"proxy-username", "proxy-password-file", "proxy-password-env", "proxy-cafile"}) {
    if (options.source(name) != cli::Source::flag || options.has("proxy")) continue;
    throw UsageError(options.label(name) + " needs a proxy: give " + options.label("proxy"));
  }
}

}  // namespace

void read_proxy(const cli::Options& options, net::Scheme scheme, client::Options& into) {
  std::optional<net::Proxy> proxy = common_proxy(options, scheme, into.brokers);
  if (!proxy) return refuse_without_proxy(options, into.brokers);
  read_proxy_credentials(options, *proxy);
  read_proxy_tls(options, *proxy);
  into.transport.proxy = std::move(proxy);
}

}  // namespace mqrig
