#include <algorithm>
#include <mqrig/auth/http_url.hpp>
#include <mqrig/auth/oauth_answer.hpp>

namespace mqrig::auth {
namespace {

using Json = nlohmann::json;

struct Words {
  std::string_view code;
  std::string_view meaning;
  bool permanent = true;
};

// RFC 6749 (5.2 and 4.1.2.1), RFC 8628 (3.5) and RFC 8707 (2).
constexpr Words all_words[] = {
    {"invalid_request", "something is missing in the request, or it does not know a part of it"},
    {"invalid_client", "the client ID is unknown, or the client secret is wrong or missing"},
    {"invalid_grant", "the login has expired or was revoked"},
    {"unauthorized_client", "this client may not get tokens in this way"},
    {"unsupported_grant_type", "it does not give tokens in this way"},
    {"invalid_scope", "the scope is unknown, or this client may not have it"},
    {"invalid_target", "the audience is unknown, or this client may not have tokens for it"},
    {"access_denied", "access was denied"},
    {"expired_token", "nobody confirmed the code before it expired"},
    {"server_error", "it has a fault", false},
    {"temporarily_unavailable", "it has no time at present", false},
    {"authorization_pending", "nobody has confirmed the code yet", false},
    {"slow_down", "it was asked too often", false},
};

const Words* words_of(std::string_view code) {
  const auto* const found = std::find_if(std::begin(all_words), std::end(all_words),
                                         [&](const Words& words) { return words.code == code; });
  return found == std::end(all_words) ? nullptr : found;
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// A text of the provider, in a form that fits into a line and steers no terminal. Nothing if it
// holds a secret.
std::string shown(std::string text, const std::vector<std::string_view>& secrets) {
  constexpr std::size_t longest = 200;
  const bool tells = std::any_of(secrets.begin(), secrets.end(), [&](std::string_view secret) {
    return !secret.empty() && text.find(secret) != std::string::npos;
  });
  if (tells) return {};
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, ' ');
  if (text.size() > longest) text.replace(longest, std::string::npos, "...");
  return text;
}

OAuthAnswer refusal(OAuthAnswer answer, const std::string& provider,
                    const std::vector<std::string_view>& secrets) {
  answer.code = shown(text_of(answer.body, "error"), secrets);
  const Words* const words = words_of(answer.code);
  answer.permanent = !words || words->permanent;
  answer.fault = answer.permanent ? OAuthFault::refused : OAuthFault::unreachable;
  answer.error = "the identity provider at " + provider + " refuses: ";
  if (words) answer.error.append(words->meaning).append(" (");
  answer.error += answer.code;
  const std::string description = shown(text_of(answer.body, "error_description"), secrets);
  if (!description.empty()) answer.error.append(": ").append(description);
  if (words) answer.error += ")";
  return answer;
}

// One that says nothing in the words of OAuth 2.0.
OAuthAnswer unknown(long status, const std::string& provider) {
  OAuthAnswer answer = oauth_failure(OAuthFault::protocol, "the identity provider at " + provider);
  if (status == 429 || status >= 500) {
    answer.fault = OAuthFault::unreachable;
    answer.permanent = false;
  }
  const bool refused = status == 401 || status == 403;
  if (refused) answer.fault = OAuthFault::refused;
  if (status == 200) {
    answer.error += " answered something that is not a JSON object";
  } else {
    answer.error += " answered with HTTP status " + std::to_string(status);
    if (status / 100 == 3) answer.error += ", a redirect, which is not followed";
    if (refused) answer.error += ": it refuses this client";
    if (status == 404) answer.error += ": there is nothing at this URL";
  }
  return answer;
}

OAuthFault fault_of(HttpFault fault) {
  switch (fault) {
    case HttpFault::none:
      return OAuthFault::none;
    case HttpFault::stopped:
      return OAuthFault::stopped;
    case HttpFault::unreachable:
      return OAuthFault::unreachable;
    case HttpFault::tls:
      return OAuthFault::tls;
    case HttpFault::protocol:
      return OAuthFault::protocol;
    case HttpFault::refused:
      break;
  }
  return OAuthFault::refused;
}

TokenFault token_fault(OAuthFault fault) {
  switch (fault) {
    case OAuthFault::none:
    case OAuthFault::stopped:
    case OAuthFault::unreachable:
      return TokenFault::unreachable;
    case OAuthFault::tls:
      return TokenFault::tls;
    case OAuthFault::refused:
      return TokenFault::refused;
    case OAuthFault::input:
      return TokenFault::input;
    case OAuthFault::protocol:
      break;
  }
  return TokenFault::protocol;
}

}  // namespace

OAuthAnswer oauth_failure(OAuthFault fault, std::string error) {
  OAuthAnswer answer;
  answer.fault = fault;
  answer.permanent = true;
  answer.error = std::move(error);
  return answer;
}

TokenResult no_token(const OAuthAnswer& answer) {
  return {.token = {},
          .error = answer.error,
          .fault = token_fault(answer.fault),
          .permanent = answer.permanent};
}

OAuthAnswer read_oauth_answer(HttpAnswer http, const std::string& url,
                              const std::vector<std::string_view>& secrets) {
  OAuthAnswer answer;
  answer.fault = fault_of(http.fault);
  answer.permanent = http.permanent;
  answer.error = std::move(http.error);
  if (answer.fault != OAuthFault::none) return answer;
  // Revoking gives an empty answer.
  answer.body = http.body.empty() ? Json::object() : Json::parse(http.body, nullptr, false);
  const bool object = answer.body.is_object();
  if (object && !text_of(answer.body, "error").empty()) {
    return refusal(std::move(answer), shown_url(url), secrets);
  }
  if (object && http.status == 200) return answer;
  return unknown(http.status, shown_url(url));
}

}  // namespace mqrig::auth
