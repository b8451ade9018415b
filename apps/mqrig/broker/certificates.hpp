#pragma once

#include <memory>
#include <mqrig/auth/psk_file.hpp>
#include <mqrig/auth/secret.hpp>
#include <mqrig/net/tls.hpp>
#include <optional>
#include <string>

#include "log.hpp"
#include "tls_settings.hpp"

namespace mqrig::broker_command {

/// What the broker proves to clients by TLS that it is, and what they prove to it: certificates and
/// pre-shared keys, from files that can be read again. Workers that are forked have each their own,
/// and give out the same session tickets.
class Certificates {
 public:
  /// Reads the files; asks for the password of a key on a terminal where nothing else says it.
  /// Doubts about the files go to the log. Throws InputError,
  /// TlsSetupError where files are of no use, and cli::UsageError.
  Certificates(const TlsSettings& settings, const Log& log);
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  /// For listeners.
  const std::shared_ptr<net::TlsServer>& server() const { return server_; }

  /// Reads the files again, for connections to come. What can't be used leaves a warning, and the
  /// old one stays.
  void reload(const Log& log);

 private:
  std::optional<std::string> key_password(const std::string& file);
  std::optional<std::string> find_key(const std::string& identity) const;
  std::string read_keys(const Log& log);
  void read_password();

  const TlsSettings settings_;
  auth::PskFile keys_;
  std::optional<auth::Secret> password_;
  bool may_ask_ = true;  // a person is there at the start only
  std::shared_ptr<net::TlsServer> server_;
};

}  // namespace mqrig::broker_command
