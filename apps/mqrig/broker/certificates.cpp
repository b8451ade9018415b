#include "certificates.hpp"

#include <unistd.h>

#include <mqrig/cli/ask_secret.hpp>
#include <mqrig/cli/diagnostic.hpp>
#include <system_error>
#include <utility>

#include "../input_file.hpp"
#include "../secret_option.hpp"
#include "../tls_settings.hpp"

namespace mqrig::broker_command {
namespace {

/// A file that is not there is told from one whose content is of no use.
void check_files(const net::TlsServerSettings& settings) {
  const std::pair<std::string_view, const std::string&> files[] = {
      {"--cert", settings.identity.certificate_file},
      {"--key", settings.identity.key_file},
      {"--pkcs12", settings.identity.pkcs12_file},
      {"--cafile", settings.ca_file},
      {"--capath", settings.ca_path},
      {"--crl", settings.crl_file},
  };
  for (const auto& [option, path] : files) {
    if (path.empty()) continue;
    try {
      check_readable(path);
    } catch (const InputError& error) {
      throw InputError(std::string(option) + ": " + error.what());
    }
  }
}

std::string prompt_for(const std::string& file) {
  std::string prompt = "Password of the key in ";
  cli::append_printable(prompt, file);
  return prompt + ": ";
}

}  // namespace

Certificates::Certificates(const TlsSettings& settings, const Log& log) : settings_(settings) {
  if (!settings_.psk_file.empty()) {
    const std::string error = read_keys(log);
    if (!error.empty()) throw InputError("--psk-file: " + error);
  }
  check_files(settings_.server);
  read_password();
  net::TlsServerSettings server = settings_.server;
  server.identity.key_password = [this](const std::string& file) { return key_password(file); };
  if (!settings_.psk_file.empty()) {
    server.psk_key = [this](const std::string& identity) { return find_key(identity); };
  }
  std::string error;
  server_ = net::TlsServer::make(server, error);
  if (!server_) throw TlsSetupError("TLS: " + error);
  may_ask_ = false;
}

void Certificates::reload(const Log& log) {
  if (!settings_.psk_file.empty()) {
    const std::string error = read_keys(log);
    if (!error.empty()) log.warning("--psk-file: " + error + "; the old keys stay");
  }
  std::string error;
  try {
    read_password();
    error = server_->reload();
  } catch (const InputError& unreadable) {
    error = unreadable.what();
  }
  if (!error.empty()) return log.warning("TLS: " + error + "; the old certificates stay");
  log.notice("read the files of TLS again");
}

std::string Certificates::read_keys(const Log& log) {
  auth::PskFileResult result = auth::load_psk_file(settings_.psk_file);
  if (!result.error.empty()) return result.error;
  if (!result.warning.empty()) log.warning(result.warning);
  keys_ = std::move(result.file);
  return {};
}

/// Where no option says it, the one that was typed stays.
void Certificates::read_password() {
  std::optional<std::string> password = settings_.key_password();
  if (!password) return;
  password_.emplace(*password);
  wipe(*password);
}

/// Called from within OpenSSL, which knows no exceptions.
std::optional<std::string> Certificates::key_password(const std::string& file) {
  if (!password_ && may_ask_ && ::isatty(STDIN_FILENO) == 1) {
    try {
      std::optional<std::string> answer = cli::ask_secret(prompt_for(file));
      if (answer) {
        password_.emplace(*answer);
        wipe(*answer);
      }
    } catch (const std::system_error&) {  // as if there were no terminal
    }
  }
  if (!password_) return std::nullopt;
  return std::string(password_->view());
}

std::optional<std::string> Certificates::find_key(const std::string& identity) const {
  return keys_.find(identity);
}

}  // namespace mqrig::broker_command
