#include "certificates.hpp"

#include <string.h>
#include <unistd.h>

#include <cstdlib>
#include <mqrig/cli/ask_secret.hpp>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <system_error>
#include <utility>

#include "../input_file.hpp"

namespace mqrig::broker_command {
namespace {

constexpr std::size_t longest_password = 1024;  // more than OpenSSL takes

auth::Secret password_from_file(const std::string& path) {
  std::string text = read_file(path, longest_password + 2);
  std::string_view password = text;
  if (password.ends_with('\n')) password.remove_suffix(1);
  if (password.ends_with('\r')) password.remove_suffix(1);
  auth::Secret secret(password);
  ::explicit_bzero(text.data(), text.size());
  return secret;
}

auth::Secret password_from_environment(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  if (!value) {
    throw cli::UsageError("--key-password-env: the environment has no variable " + variable);
  }
  return auth::Secret(value);
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
  if (!settings_.key_password_variable.empty()) {
    password_ = password_from_environment(settings_.key_password_variable);
  }
  read_password();
  net::TlsServerSettings server = settings_.server;
  server.identity.key_password = [this](const std::string& file) { return key_password(file); };
  if (!settings_.psk_file.empty()) {
    server.psk_key = [this](const std::string& identity) { return find_key(identity); };
  }
  std::string error;
  server_ = net::TlsServer::make(server, error);
  if (!server_) throw InputError("TLS: " + error);
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

void Certificates::read_password() {
  if (settings_.key_password_file.empty()) return;
  try {
    password_ = password_from_file(settings_.key_password_file);
  } catch (const InputError& error) {
    throw InputError("--key-password-file: " + std::string(error.what()));
  }
}

/// Called from within OpenSSL, which knows no exceptions.
std::optional<std::string> Certificates::key_password(const std::string& file) {
  if (!password_ && may_ask_ && ::isatty(STDIN_FILENO) == 1) {
    try {
      const std::optional<std::string> answer = cli::ask_secret(prompt_for(file));
      if (answer) password_.emplace(*answer);
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
