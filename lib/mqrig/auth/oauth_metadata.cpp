#include <algorithm>
#include <mqrig/auth/http_url.hpp>
#include <mqrig/auth/oauth_metadata.hpp>

namespace mqrig::auth {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Whether one of the methods is in a list of them.
bool lists(const Json& methods, std::string_view method) {
  return std::any_of(methods.begin(), methods.end(),
                     [&](const Json& each) { return each.is_string() && each == method; });
}

std::string openid_url(std::string issuer) {
  if (issuer.ends_with('/')) issuer.pop_back();
  return issuer + "/.well-known/openid-configuration";
}

// The path of the issuer comes last.
std::string oauth_url(std::string issuer) {
  if (issuer.ends_with('/')) issuer.pop_back();
  const std::size_t path = issuer.find('/', issuer.find("//") + 2);
  return issuer.insert(std::min(path, issuer.size()), "/.well-known/oauth-authorization-server");
}

OAuthAnswer interpret(OAuthAnswer answer, const std::string& issuer, OAuthMetadata& metadata) {
  const std::string named = text_of(answer.body, "issuer");
  if (named != issuer) {
    return oauth_failure(OAuthFault::protocol,
                         "the metadata of the issuer '" + shown_url(issuer) + "' is that of '" +
                             shown_url(named) + "': the issuer has to be given exactly as it says");
  }
  metadata.token_url = text_of(answer.body, "token_endpoint");
  metadata.device_url = text_of(answer.body, "device_authorization_endpoint");
  metadata.keys_url = text_of(answer.body, "jwks_uri");
  metadata.revocation_url = text_of(answer.body, "revocation_endpoint");
  const auto methods = answer.body.find("token_endpoint_auth_methods_supported");
  metadata.secret_in_form = methods != answer.body.end() && methods->is_array() &&
                            !lists(*methods, "client_secret_basic") &&
                            lists(*methods, "client_secret_post");
  return answer;
}

}  // namespace

OAuthAnswer read_metadata(const HttpClient& http, const std::string& issuer,
                          OAuthMetadata& metadata, std::stop_token stop) {
  const std::string url = openid_url(issuer);
  OAuthAnswer answer = read_oauth_answer(http.get(url, stop), url, {});
  if (answer.fault == OAuthFault::protocol || answer.fault == OAuthFault::refused) {
    const std::string other = oauth_url(issuer);
    OAuthAnswer second = read_oauth_answer(http.get(other, stop), other, {});
    if (second.fault != OAuthFault::protocol) answer = std::move(second);
  }
  if (answer.fault == OAuthFault::protocol) {
    answer.error += "; it should be the metadata of an OAuth 2.0 issuer";
  }
  if (answer.fault != OAuthFault::none) return answer;
  return interpret(std::move(answer), issuer, metadata);
}

}  // namespace mqrig::auth
