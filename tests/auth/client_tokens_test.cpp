#include <doctest/doctest.h>

#include "made_jwt.hpp"
#include "oauth_provider.hpp"
#include "temporary_folder.hpp"

using namespace mqrig::auth;
using namespace std::chrono_literals;
using std::chrono::system_clock;
using tests::http_answer;
using tests::OAuthProvider;
using tests::source_of;
using tests::text_of;

namespace {

// The settings of a client with a secret.
OAuthSettings client_of(const OAuthProvider& provider) {
  OAuthSettings settings = provider.settings();
  settings.client_secret = Secret("hidden");
  return settings;
}

std::string numbered(int number, int lifetime) {
  return http_answer(200, "{\"access_token\":\"token" + std::to_string(number) +
                              "\",\"expires_in\":" + std::to_string(lifetime) + "}");
}

std::string settings_error(OAuthSettings oauth) {
  TokenSettings settings;
  settings.oauth = std::move(oauth);
  std::string error;
  CHECK(!make_token_source(std::move(settings), error));
  return error;
}

}  // namespace

TEST_CASE("a client gets a token for its secret where the issuer says") {
  OAuthProvider provider;
  provider.token = [](int number) { return numbered(number, 3600); };
  OAuthSettings settings = client_of(provider);
  settings.scope = "read write";
  settings.audience = "https://mqtt.example";
  const auto before = system_clock::now();
  const TokenResult result = source_of(std::move(settings))->fetch({});
  CHECK(text_of(result) == "token1");
  CHECK(*result.token->issued >= before);
  CHECK(*result.token->expires - *result.token->issued == 3600s);
  const auto request = provider.requests().at(0);
  CHECK(request.headers.at("authorization") == "Basic Y2xpZW50OmhpZGRlbg==");
  CHECK(request.body ==
        "grant_type=client_credentials&scope=read%20write&audience=https%3A%2F%2Fmqtt.example&"
        "resource=https%3A%2F%2Fmqtt.example");
}

TEST_CASE("an audience that is no URI is no resource") {
  OAuthProvider provider;
  provider.token = [](int number) { return numbered(number, 3600); };
  OAuthSettings settings = client_of(provider);
  settings.audience = "mqtt";
  source_of(std::move(settings))->fetch({});
  CHECK(provider.requests().at(0).body == "grant_type=client_credentials&audience=mqtt");
}

TEST_CASE("the secret goes into the form if the provider takes it there only") {
  OAuthProvider provider;
  provider.token = [](int number) { return numbered(number, 3600); };
  provider.metadata["token_endpoint_auth_methods_supported"] = {"client_secret_post"};
  CHECK(text_of(source_of(client_of(provider))->fetch({})) == "token1");
  const auto request = provider.requests().at(0);
  CHECK(request.headers.count("authorization") == 0);
  CHECK(request.has("client_id=client"));
  CHECK(request.has("client_secret=hidden"));
}

TEST_CASE("a token that has its end in whole seconds ends by that") {
  OAuthProvider provider;
  const auto end = std::chrono::floor<std::chrono::seconds>(system_clock::now()) + 2s;
  const std::string token =
      tests::made_jwt("{\"exp\":" + std::to_string(system_clock::to_time_t(end)) + "}");
  int lifetime = 2;
  provider.token = [&](int) {
    return http_answer(200, "{\"access_token\":\"" + token +
                                "\",\"expires_in\":" + std::to_string(lifetime) + "}");
  };
  CHECK(source_of(client_of(provider))->fetch({}).token->expires == end);
  lifetime = 3600;  // by another clock
  CHECK(source_of(client_of(provider))->fetch({}).token->expires > end + 3000s);
}

TEST_CASE("a token is remembered for 80 % of its life, or until it is refused") {
  OAuthProvider provider;
  provider.token = [](int number) { return numbered(number, number == 1 ? 3600 : -1); };
  const auto source = source_of(client_of(provider));
  CHECK(text_of(source->fetch({})) == "token1");
  CHECK(text_of(source->fetch({})) == "token1");
  source->refused();
  CHECK(text_of(source->fetch({})).find("expired at") != std::string::npos);
  CHECK(provider.requests().size() == 2);
  CHECK(provider.requests(provider.metadata_path).size() == 1);
}

TEST_CASE("what is left of a token may be too little") {
  OAuthProvider provider;
  const auto now = system_clock::to_time_t(system_clock::now());
  const std::string old = tests::made_jwt("{\"iat\":" + std::to_string(now - 900) +
                                          ",\"exp\":" + std::to_string(now + 100) + "}");
  provider.token = [&](int) { return http_answer(200, "{\"access_token\":\"" + old + "\"}"); };
  const auto source = source_of(client_of(provider));
  CHECK(text_of(source->fetch({})) == old);
  CHECK(text_of(source->fetch({})) == old);
  CHECK(provider.requests().size() == 2);
}

TEST_CASE("a token is given to its end while the provider is away, unless it is refused") {
  OAuthProvider provider;
  const auto now = system_clock::to_time_t(system_clock::now());
  const std::string old = tests::made_jwt("{\"iat\":" + std::to_string(now - 900) +
                                          ",\"exp\":" + std::to_string(now + 100) + "}");
  provider.token = [&](int number) {
    return number == 1 ? http_answer(200, "{\"access_token\":\"" + old + "\"}")
                       : http_answer(503, "");
  };
  const auto source = source_of(client_of(provider));
  CHECK(text_of(source->fetch({})) == old);
  CHECK(text_of(source->fetch({})) == old);
  source->refused();
  CHECK(!source->fetch({}).token);
  CHECK(provider.requests().size() == 3);
}

TEST_CASE("the secret is read from its file anew each time") {
  const tests::TemporaryFolder folder;
  OAuthProvider provider;
  provider.token = [](int number) { return numbered(number, 3600); };
  OAuthSettings settings = provider.settings();
  settings.client_secret_file = folder.path("secret");
  const auto source = source_of(std::move(settings));
  TokenResult result = source->fetch({});
  CHECK(result.permanent);
  CHECK(result.fault == TokenFault::input);
  CHECK(result.error == "cannot read the client secret file '" + folder.path("secret") +
                            "': No such file or directory");
  folder.write("secret", "\n");
  CHECK(text_of(source->fetch({})).find("is empty") != std::string::npos);
  folder.write("secret", "hidden\n");
  CHECK(text_of(source->fetch({})) == "token1");
  CHECK(provider.requests().at(0).headers.at("authorization") == "Basic Y2xpZW50OmhpZGRlbg==");
}

TEST_CASE("refusals are said in words, and are final or pass") {
  struct Case {
    const char* code;
    const char* words;
    bool permanent;
  };
  for (const Case& each : {Case{"invalid_client", "the client secret is wrong", true},
                           Case{"invalid_scope", "the scope is unknown", true},
                           Case{"unauthorized_client", "may not get tokens in this way", true},
                           Case{"temporarily_unavailable", "has no time at present", false},
                           Case{"of_its_own", "refuses: of_its_own", true}}) {
    CAPTURE(each.code);
    OAuthProvider provider;
    provider.token = [&](int) {
      return http_answer(400, "{\"error\":\"" + std::string(each.code) +
                                  "\",\"error_description\":\"because\\u001b[31m\"}");
    };
    const TokenResult result = source_of(client_of(provider))->fetch({});
    CHECK(!result.token);
    CHECK(result.permanent == each.permanent);
    CHECK(result.fault == (each.permanent ? TokenFault::refused : TokenFault::unreachable));
    CHECK(result.error.starts_with("the identity provider at " + provider.url("/token")));
    CHECK(result.error.find(each.words) != std::string::npos);
    CHECK(result.error.find("because [31m") != std::string::npos);
  }
}

TEST_CASE("a secret that the provider repeats is not shown") {
  OAuthProvider provider;
  provider.token = [](int) {
    return http_answer(401, R"({"error":"invalid_client","error_description":"not hidden"})");
  };
  const TokenResult result = source_of(client_of(provider))->fetch({});
  CHECK(result.error.find("hidden") == std::string::npos);
  CHECK(result.error.ends_with("(invalid_client)"));
}

TEST_CASE("answers that are not OAuth 2.0") {
  struct Case {
    int status;
    const char* body;
    const char* text;
    bool permanent;
    TokenFault fault = TokenFault::protocol;
  };
  for (const Case& each :
       {Case{200, "<html>", "is not a JSON object", true},
        Case{200, "[]", "not a JSON object", true},
        Case{200, "{}", "holds no \"access_token\"", false},
        Case{200, R"({"access_token":"hid den"})", "blanks", false},
        Case{200, R"({"error":"invalid_client"})", "invalid_client", true, TokenFault::refused},
        Case{200, R"({"access_token":"hidden","token_type":"DPoP"})", "the type 'DPoP'", false},
        Case{401, "hidden", "status 401: it refuses this client", true, TokenFault::refused},
        Case{403, "<html>", "status 403: it refuses this client", true, TokenFault::refused},
        Case{302, "", "a redirect, which is not followed", true},
        Case{404, "none", "status 404: there is nothing at this URL", true},
        Case{503, "later", "status 503", false, TokenFault::unreachable},
        Case{429, "later", "status 429", false, TokenFault::unreachable}}) {
    CAPTURE(each.text);
    OAuthProvider provider;
    provider.token = [&](int) { return http_answer(each.status, each.body); };
    const TokenResult result = source_of(client_of(provider))->fetch({});
    CHECK(!result.token);
    CHECK(result.permanent == each.permanent);
    CHECK(result.fault == each.fault);
    CHECK(result.error.find(each.text) != std::string::npos);
    CHECK(result.error.find("hid") == std::string::npos);
  }
}

TEST_CASE("metadata are found where RFC 8414 has them as well") {
  OAuthProvider provider;
  provider.token = [](int number) { return numbered(number, 3600); };
  provider.metadata_path = "/.well-known/oauth-authorization-server/tenant/";
  OAuthSettings settings = client_of(provider);
  settings.issuer += "/tenant/";
  provider.metadata["issuer"] = settings.issuer;
  provider.metadata_path.pop_back();
  CHECK(text_of(source_of(std::move(settings))->fetch({})) == "token1");
  CHECK(provider.requests("/tenant/.well-known/openid-configuration").size() == 1);
}

TEST_CASE("metadata of another issuer are refused") {
  OAuthProvider provider;
  provider.metadata["issuer"] = provider.issuer() + "/";
  const TokenResult result = source_of(client_of(provider))->fetch({});
  CHECK(result.permanent);
  CHECK(result.error.find("is that of '" + provider.issuer() + "/'") != std::string::npos);
  CHECK(provider.requests().empty());
}

TEST_CASE("secrets do not go where metadata send them without encryption") {
  OAuthProvider provider;
  provider.metadata["token_endpoint"] = "http://id.example/token";
  const TokenResult result = source_of(client_of(provider))->fetch({});
  CHECK(result.permanent);
  CHECK(result.error.find("'http://id.example/token' is not encrypted") != std::string::npos);
}

TEST_CASE("an issuer without metadata is named") {
  OAuthProvider provider;
  provider.metadata_path = "/elsewhere";
  const TokenResult result = source_of(client_of(provider))->fetch({});
  CHECK(result.permanent);
  CHECK(result.error.find("it should be the metadata of an OAuth 2.0 issuer") != std::string::npos);
}

TEST_CASE("a token URL needs no metadata") {
  OAuthProvider provider;
  provider.token = [](int number) { return numbered(number, 3600); };
  OAuthSettings settings = client_of(provider);
  settings.issuer.clear();
  settings.token_url = provider.url("/token");
  CHECK(text_of(source_of(std::move(settings))->fetch({})) == "token1");
  CHECK(provider.requests(provider.metadata_path).empty());
}

TEST_CASE("settings that are not complete or not safe are refused at once") {
  OAuthSettings settings;
  settings.issuer = "https://id.example";
  CHECK(settings_error(std::move(settings)) == "OAuth 2.0 needs a client ID");
  settings = {};
  settings.client_id = "client";
  CHECK(settings_error(std::move(settings)).find("needs an issuer") != std::string::npos);
  settings = {};
  settings.client_id = "client";
  settings.issuer = "http://id.example";
  CHECK(settings_error(std::move(settings)).find("is not encrypted") != std::string::npos);
  settings = {};
  settings.client_id = "client";
  settings.issuer = "https://id.example";
  settings.client_secret = Secret("hidden");
  settings.client_secret_file = "file";
  CHECK(settings_error(std::move(settings)) == "the client secret is given twice");
}
