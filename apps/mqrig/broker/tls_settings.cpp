#include "tls_settings.hpp"

#include <mqrig/cli/usage_error.hpp>

#include "../secret_option.hpp"
#include "command.hpp"

namespace mqrig::broker_command {
namespace {

using cli::Options;
using cli::UsageError;
using ClientCertificate = net::TlsServerSettings::ClientCertificate;

std::string text(const Options& options, std::string_view name) {
  return std::string(options.text(name));
}

bool has_ca(const Options& options) {
  return options.has("cafile") || options.has("capath");
}

/// None unless somebody said it: the system's configuration of OpenSSL may ask for more than our
/// default.
std::optional<net::TlsVersion> version(const Options& options, std::string_view name) {
  if (options.source(name) <= cli::Source::default_value) return std::nullopt;
  return options.text(name) == "1.3" ? net::TlsVersion::tls_1_3 : net::TlsVersion::tls_1_2;
}

/// `name` is of no use without what `there` tells.
void need(const Options& options, std::string_view name, bool there, std::string_view what) {
  if (!there && options.has(name)) {
    throw UsageError("--" + std::string(name) + " needs " + std::string(what));
  }
}

void check_together(const Options& options) {
  const bool certificate = options.has("cert");
  if (!certificate && !options.has("pkcs12") && !options.has("psk-file")) {
    throw UsageError(
        "TLS needs a certificate: give --cert and --key, or --pkcs12 (or --psk-file for clients "
        "with keys instead of certificates); for tests this makes one: openssl req -x509 -newkey "
        "ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=localhost -addext "
        "subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout key.pem -out cert.pem");
  }
  need(options, "key", certificate, "--cert");
  for (const std::string_view name : {"key-password", "key-password-file", "key-password-env"}) {
    need(options, name, certificate || options.has("pkcs12"), "--key or --pkcs12");
  }
  const std::string_view ca = "--cafile or --capath: who signs the certificates of clients";
  if (options.flag("require-certificate")) {
    need(options, "require-certificate", has_ca(options), ca);
    // Neither gives way to the other, whoever said it: less would be asked of clients.
    if (options.has("psk-file")) {
      throw UsageError(
          "--require-certificate and --psk-file exclude each other: a client with a pre-shared key "
          "has no certificate; give one of them, or --no-require-certificate");
    }
  }
  need(options, "crl", has_ca(options), ca);
}

}  // namespace

bool has_tls_identity(const Options& options) {
  return options.has("cert") || options.has("pkcs12") || options.has("psk-file");
}

TlsSettings read_tls_settings(const Options& options) {
  check_together(options);
  TlsSettings settings;
  settings.key_password = [&options] { return read_secret(options, "key-password"); };
  settings.psk_file = text(options, "psk-file");
  net::TlsServerSettings& server = settings.server;
  server.identity.certificate_file = text(options, "cert");
  server.identity.key_file = text(options, "key");
  server.identity.pkcs12_file = text(options, "pkcs12");
  server.ca_file = text(options, "cafile");
  server.ca_path = text(options, "capath");
  server.crl_file = text(options, "crl");
  if (has_ca(options)) {
    server.client_certificate = options.flag("require-certificate") ? ClientCertificate::required
                                                                    : ClientCertificate::optional;
  }
  server.lowest_version = version(options, "tls-version");
  server.highest_version = version(options, "tls-max");
  if (server.lowest_version && server.highest_version &&
      *server.lowest_version > *server.highest_version) {
    throw UsageError("--tls-max 1.2 is lower than --tls-version 1.3");
  }
  server.ciphers = text(options, "ciphers");
  for (const std::string_view name : options.list("alpn")) server.alpn.emplace_back(name);
  server.keylog_file = text(options, "tls-keylog");
  return settings;
}

void refuse_tls_options(const Options& options) {
  for (const cli::OptionSpec& option : tls_group.options) {
    if (options.source(option.long_name) != cli::Source::flag) continue;
    throw UsageError("--" + std::string(option.long_name) +
                     " has no effect: no listener speaks TLS; use mqtts:// or wss://");
  }
}

}  // namespace mqrig::broker_command
