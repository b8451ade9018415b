#pragma once

#include <functional>
#include <mqrig/cli/options.hpp>
#include <mqrig/net/tls_settings.hpp>
#include <optional>
#include <string>

namespace mqrig::broker_command {

/// What the options say about TLS, of all listeners that speak it. Paths are empty where nothing
/// was asked for.
struct TlsSettings {
  net::TlsServerSettings server;  ///< But for what is looked up: passwords and pre-shared keys.
  /// The password of the key, as it is now; nothing if no option says it. Throws InputError and
  /// cli::UsageError. Only while the options live.
  std::function<std::optional<std::string>()> key_password;
  std::string psk_file;
};

/// Whether there is anything by which a broker can prove to clients who it is.
bool has_tls_identity(const cli::Options& options);

/// Reads no file. Throws cli::UsageError, for options that need others too.
TlsSettings read_tls_settings(const cli::Options& options);

/// For listeners without TLS only: an option that would have no effect is an error when it was
/// typed. Throws cli::UsageError.
void refuse_tls_options(const cli::Options& options);

}  // namespace mqrig::broker_command
