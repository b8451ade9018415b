#include <openssl/crypto.h>

#include <mqrig/auth/http_url.hpp>
#include <mqrig/auth/oauth_client.hpp>
#include <mqrig/auth/whole_file.hpp>
#include <system_error>

namespace mqrig::auth {
namespace {

bool has_secret(const OAuthSettings& settings) {
  return settings.client_secret || !settings.client_secret_file.empty();
}

// An absolute URI, as `resource` has to be one.
bool is_uri(const std::string& text) {
  const std::size_t colon = text.find(':');
  return colon != std::string::npos && colon > 0 &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") == colon;
}

void wipe(HttpForm& form) {
  for (auto& field : form) OPENSSL_cleanse(field.second.data(), field.second.size());
}

bool is_secret(const std::string& name) {
  return name == "client_secret" || name == "refresh_token" || name == "device_code" ||
         name == "token";
}

OAuthAnswer lacking(const std::string& provider, const std::string& what) {
  return oauth_failure(OAuthFault::refused,
                       "the identity provider " + shown_url(provider) + " offers no " + what);
}

}  // namespace

OAuthClient::OAuthClient(OAuthSettings settings)
    : settings_(std::move(settings)), http_(settings_.ca_file) {}

const std::string& OAuthClient::provider() const {
  return settings_.issuer.empty() ? settings_.token_url : settings_.issuer;
}

OAuthAnswer OAuthClient::discover(std::stop_token stop) {
  if (metadata_) return {};
  OAuthMetadata metadata;
  OAuthAnswer answer;
  if (!settings_.issuer.empty()) answer = read_metadata(http_, settings_.issuer, metadata, stop);
  if (answer.fault != OAuthFault::none) return answer;
  if (!settings_.token_url.empty()) metadata.token_url = settings_.token_url;
  if (!settings_.device_url.empty()) metadata.device_url = settings_.device_url;
  metadata_ = std::move(metadata);
  return answer;
}

OAuthAnswer OAuthClient::request_token(HttpForm form, std::stop_token stop) {
  OAuthAnswer answer = discover(stop);
  if (answer.fault != OAuthFault::none) return answer;
  if (metadata_->token_url.empty()) return lacking(provider(), "token endpoint");
  add_audience(form);
  return ask(metadata_->token_url, std::move(form), stop);
}

OAuthAnswer OAuthClient::request_device_code(std::stop_token stop) {
  OAuthAnswer answer = discover(stop);
  if (answer.fault != OAuthFault::none) return answer;
  if (metadata_->device_url.empty()) {
    return lacking(provider(), "login by a code (device authorization, RFC 8628)");
  }
  HttpForm form;
  if (!settings_.scope.empty()) form.emplace_back("scope", settings_.scope);
  add_audience(form);
  return ask(metadata_->device_url, std::move(form), stop);
}

OAuthAnswer OAuthClient::revoke(const Secret& token, bool& supported, std::stop_token stop) {
  supported = false;
  OAuthAnswer answer = discover(stop);
  if (answer.fault != OAuthFault::none) return answer;
  supported = !metadata_->revocation_url.empty();
  if (!supported) return answer;
  answer = ask(metadata_->revocation_url, {{"token", std::string(token.view())}}, stop);
  return answer;
}

void OAuthClient::add_audience(HttpForm& form) const {
  if (settings_.audience.empty()) return;
  form.emplace_back("audience", settings_.audience);
  if (is_uri(settings_.audience)) form.emplace_back("resource", settings_.audience);
}

std::string OAuthClient::read_secret(Secret& secret) const {
  if (settings_.client_secret) secret = Secret(settings_.client_secret->view());
  if (settings_.client_secret_file.empty()) return {};
  WholeFile file = read_whole_file(settings_.client_secret_file);
  std::string_view text = file.content;
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  secret = Secret(text);
  OPENSSL_cleanse(file.content.data(), file.content.size());
  const std::string name = "the client secret file '" + settings_.client_secret_file + "'";
  if (file.reason != 0) {
    return "cannot read " + name + ": " + std::generic_category().message(file.reason);
  }
  return secret.view().empty() ? name + " is empty" : std::string();
}

OAuthAnswer OAuthClient::ask(const std::string& url, HttpForm form, std::stop_token stop) {
  Secret secret;
  const std::string fault = read_secret(secret);
  if (!fault.empty()) return oauth_failure(OAuthFault::input, fault);
  const bool basic = has_secret(settings_) && !metadata_->secret_in_form;
  if (!basic) form.emplace_back("client_id", settings_.client_id);
  if (has_secret(settings_) && !basic) {
    form.emplace_back("client_secret", std::string(secret.view()));
  }
  HttpAnswer http =
      http_.post(url, form, basic ? settings_.client_id : std::string(), secret, stop);
  std::vector<std::string_view> secrets{secret.view()};
  for (const auto& field : form) {
    if (is_secret(field.first)) secrets.emplace_back(field.second);
  }
  OAuthAnswer answer = read_oauth_answer(std::move(http), url, secrets);
  wipe(form);
  return answer;
}

std::string oauth_settings_fault(const OAuthSettings& settings, bool login) {
  if (settings.client_id.empty()) return "OAuth 2.0 needs a client ID";
  const bool urls = !settings.token_url.empty() && (!login || !settings.device_url.empty());
  if (settings.issuer.empty() && !urls) {
    return login ? "OAuth 2.0 needs an issuer, or the URLs of its device and token endpoints"
                 : "OAuth 2.0 needs an issuer, or the URL of its token endpoint";
  }
  if (settings.client_secret && !settings.client_secret_file.empty()) {
    return "the client secret is given twice";
  }
  for (const std::string* url : {&settings.issuer, &settings.token_url, &settings.device_url}) {
    if (url->empty()) continue;
    const std::string fault = url_fault(*url);
    if (!fault.empty()) return "the OAuth URL '" + shown_url(*url) + "' " + fault;
  }
  return {};
}

}  // namespace mqrig::auth
