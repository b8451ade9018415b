#pragma once

#include <mqrig/cli/options.hpp>
#include <mqrig/net/tls_settings.hpp>
#include <string>

namespace mqrig::broker_command {

/// What the options say about TLS, of all listeners that speak it. Paths are empty where nothing
/// was asked for.
struct TlsSettings {
  net::TlsServerSettings server;  ///< But for what is looked up: passwords and pre-shared keys.
  std::string key_password_file;
  std::string key_password_variable;  ///< Of the environment.
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
