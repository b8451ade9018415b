#include <unistd.h>

#include <mqrig/auth/device_login.hpp>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/cli/write_all.hpp>
#include <string>

#include "login.hpp"

namespace mqrig::login {
namespace {

using auth::LoginFault;
using cli::ExitCode;

auth::OAuthSettings read_settings(const cli::Options& options) {
  auth::OAuthSettings settings;
  const auto read = [&](std::string_view name, std::string& value) {
    if (options.has(name)) value = options.text(name);
  };
  read("oauth-issuer", settings.issuer);
  read("oauth-token-url", settings.token_url);
  read("oauth-client-id", settings.client_id);
  read("oauth-audience", settings.audience);
  read("oauth-cafile", settings.ca_file);
  return settings;
}

ExitCode code_of(LoginFault fault) {
  switch (fault) {
    case LoginFault::none:
      return ExitCode::ok;
    case LoginFault::unreachable:
      return ExitCode::connect;
    case LoginFault::tls:
      return ExitCode::tls;
    case LoginFault::refused:
      return ExitCode::not_authorised;
    case LoginFault::protocol:
      return ExitCode::protocol;
    case LoginFault::settings:
    case LoginFault::stopped:
    case LoginFault::local:
      break;
  }
  return ExitCode::failed;
}

ExitCode complain(const cli::Diagnostic& diagnostic, LoginFault fault, const std::string& error) {
  if (fault == LoginFault::settings) throw cli::UsageError(error);
  diagnostic.error(error);
  return code_of(fault);
}

void append_line(std::string& text, std::string_view indent, std::string_view line) {
  cli::append_printable(text.append(indent), line);
  text += '\n';
}

/// Shown even with --quiet: it is what the command is for.
void show(const auth::DeviceLogin::Request& request) {
  std::string text = "To log in, open this page on any device and type the code:\n";
  append_line(text, "  page: ", request.url);
  append_line(text, "  code: ", request.code);
  if (!request.complete_url.empty()) {
    append_line(text,
                "Or open this one, and see whether it shows the same code: ", request.complete_url);
  }
  cli::write_all(STDERR_FILENO, text);
}

void report(const auth::DeviceLogin::Outcome& outcome, const cli::Diagnostic& diagnostic) {
  diagnostic.notice("logged in" + (outcome.subject.empty() ? "" : " as '" + outcome.subject + "'"));
  if (outcome.renewable) return;
  const std::string end =
      outcome.expires.empty() ? "until it is refused" : "until " + outcome.expires;
  diagnostic.warning("the provider gave no refresh token: the login lasts " + end +
                     " (some give one for --oauth-scope offline_access)");
}

}  // namespace

ExitCode run(const cli::Options& options) {
  const cli::Diagnostic diagnostic(options);
  auth::OAuthSettings settings = read_settings(options);
  if (options.has("oauth-device-url")) settings.device_url = options.text("oauth-device-url");
  if (options.has("oauth-scope")) settings.scope = options.text("oauth-scope");
  auth::DeviceLogin login(std::move(settings));
  auth::DeviceLogin::Request request;
  auth::LoginResult result = login.start(request);
  if (result.fault != LoginFault::none) return complain(diagnostic, result.fault, result.error);
  show(request);
  auth::DeviceLogin::Outcome outcome;
  result = login.wait(outcome);
  if (result.fault != LoginFault::none) return complain(diagnostic, result.fault, result.error);
  report(outcome, diagnostic);
  return ExitCode::ok;
}

ExitCode run_logout(const cli::Options& options) {
  const cli::Diagnostic diagnostic(options);
  const auth::LogoutResult result = auth::log_out(read_settings(options));
  if (!result.found) {
    if (result.fault != LoginFault::none) return complain(diagnostic, result.fault, result.error);
    diagnostic.error("there is no such login");
    return ExitCode::failed;
  }
  if (result.fault == LoginFault::local) return complain(diagnostic, result.fault, result.error);
  if (result.fault != LoginFault::none) {
    diagnostic.error("the login was removed here, but not revoked: " + result.error);
    return code_of(result.fault);
  }
  diagnostic.notice(result.revoked ? "logged out"
                                   : "logged out; the provider has no way to revoke a login");
  return ExitCode::ok;
}

}  // namespace mqrig::login
