#pragma once

#include <mqrig/auth/token_settings.hpp>
#include <nlohmann/json.hpp>

#include "http_server.hpp"

namespace mqrig::auth::tests {

// An identity provider with metadata at the usual place. Its answers are members, to be set before
// they are asked for; `token` gets the number of the request to the token endpoint, from 1.
class OAuthProvider {
 public:
  using Json = nlohmann::json;

  OAuthProvider() : server_([this](const HttpRequest& request) { return answer(request); }) {
    metadata = {{"issuer", issuer()},
                {"token_endpoint", server_.url("/token")},
                {"device_authorization_endpoint", server_.url("/device")},
                {"revocation_endpoint", server_.url("/revoke")}};
  }

  std::string issuer() const { return server_.url(); }
  std::string url(const std::string& path) const { return server_.url(path); }

  // What was sent to this path.
  std::vector<HttpRequest> requests(const std::string& path = "/token") const {
    std::vector<HttpRequest> found;
    for (HttpRequest& request : server_.requests()) {
      if (request.path == path) found.push_back(std::move(request));
    }
    return found;
  }

  OAuthSettings settings() const {
    OAuthSettings settings;
    settings.issuer = issuer();
    settings.client_id = "client";
    return settings;
  }

  Json metadata;
  std::string metadata_path = "/.well-known/openid-configuration";
  std::function<std::string(int)> token;
  Json device;
  int revoke_status = 200;

 private:
  std::string answer(const HttpRequest& request) {
    if (request.path == metadata_path) return http_answer(200, metadata.dump());
    if (request.path == "/token") return token(++tokens_);
    if (request.path == "/device") return http_answer(200, device.dump());
    if (request.path == "/revoke") return http_answer(revoke_status, "");
    return http_answer(404, "nothing");
  }

  int tokens_ = 0;
  HttpServer server_;
};

inline std::unique_ptr<TokenSource> source_of(OAuthSettings oauth) {
  TokenSettings settings;
  settings.oauth = std::move(oauth);
  std::string error;
  auto source = make_token_source(std::move(settings), error);
  CAPTURE(error);
  REQUIRE(source);
  return source;
}

inline std::string text_of(const TokenResult& result) {
  return result.token ? std::string(result.token->text.view()) : "error: " + result.error;
}

}  // namespace mqrig::auth::tests
