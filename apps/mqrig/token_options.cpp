#include "token_options.hpp"

#include <strings.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <mqrig/auth/token_settings.hpp>
#include <mqrig/cli/shared_options.hpp>
#include <mqrig/cli/usage_error.hpp>

#include "connect_text.hpp"
#include "secret_option.hpp"

namespace mqrig {
namespace {

using cli::Source;
using cli::UsageError;
using Place = TokenPlacement::Place;

constexpr std::string_view sources[] = {"token-file", "token-env", "token-command", "oauth-issuer",
                                        "oauth-token-url"};

struct NamedPlace {
  std::string_view name;
  Place place;
  std::string_view method = {};  ///< Of Place::authentication; empty: that of --auth-method.
};

constexpr NamedPlace places[] = {
    {"password", Place::password},
    {"username", Place::user_name},
    {"auth", Place::authentication},
    {"ws-header", Place::web_socket_header},
};

constexpr NamedPlace presets[] = {
    {"azure-entra", Place::authentication, "OAUTH2-JWT"},
    {"azure-custom", Place::authentication, "CUSTOM-JWT"},
    {"aws-custom", Place::password},
    {"emqx", Place::password},
    {"rabbitmq", Place::password},
    {"go-auth", Place::user_name},
};

std::string_view source_in_force(const cli::Options& options) {
  const auto* found =
      std::ranges::find_if(sources, [&](std::string_view name) { return options.has(name); });
  return found == std::end(sources) ? std::string_view() : *found;
}

/// What was typed for a token that there is not.
void refuse_without_token(const cli::Options& options) {
  for (const cli::OptionSpec& option : cli::token_group.options) {
    if (options.source(option.long_name) != Source::flag) continue;
    throw UsageError(options.label(option.long_name) + " needs a source of tokens: give " +
                     options.label("token-file") + ", " + options.label("token-command") + " or " +
                     options.label("oauth-issuer"));
  }
}

std::string place_option(const cli::Options& options) {
  return options.has("token-preset") ? "token-preset" : "token-in";
}

TokenPlacement chosen_place(const cli::Options& options) {
  const std::string option = place_option(options);
  const std::string_view word = options.text(option);
  TokenPlacement placement;
  const std::span<const NamedPlace> table =
      option == "token-in" ? std::span<const NamedPlace>(places) : presets;
  for (const NamedPlace& one : table) {
    if (one.name != word) continue;
    placement.place = one.place;
    placement.authentication_method = one.method;
  }
  return placement;
}

/// Token and `other` would be in the same place: true if the other is from a stronger source.
bool gives_way(const cli::Options& options, std::string_view token, std::string_view other) {
  const Source theirs = options.source(other);
  if (theirs == options.source(token)) {
    const std::string what =
        other == "url" ? "the URL with a user name and password" : options.label(other);
    throw UsageError(what + " and " + options.label(token) +
                     " exclude each other: the token is sent in that place");
  }
  return theirs > options.source(token);
}

/// The option that says what would be where the token goes; empty if none does.
std::string rival(const cli::Options& options, Place place, const client::Options& into) {
  if (place == Place::password) {
    const std::string option = secret_option(options, "password");
    if (into.password && (option.empty() || options.source(option) < options.source("url"))) {
      return "url";
    }
    return option;
  }
  if (place != Place::user_name || !into.user_name) return {};
  const bool typed = options.has("username") && options.source("username") >= options.source("url");
  return typed ? "username" : "url";
}

bool has_authorization(const net::WebSocketRequest& request) {
  return std::ranges::any_of(request.headers, [](const auto& field) {
    return ::strcasecmp(field.first.c_str(), "Authorization") == 0;
  });
}

void check_method(const cli::Options& options, TokenPlacement& placement) {
  const bool given = options.has("auth-method");
  std::string& method = placement.authentication_method;
  if (placement.place != Place::authentication) {
    if (!given || placement.place == Place::web_socket_header) return;
    throw UsageError(options.label("auth-method") + " and a token as " +
                     (placement.place == Place::password ? "password" : "user name") +
                     " exclude each other: give " + options.label("token-in") + " auth");
  }
  if (options.source("auth-data-file") == Source::flag) {
    throw UsageError(options.label("auth-data-file") +
                     " and a token exclude each other: both are authentication data");
  }
  if (method.empty() && !given) {
    throw UsageError(options.label("token-in") + " auth needs the method: give " +
                     options.label("auth-method"));
  }
  if (method.empty()) {
    method = checked_text(options, "auth-method");
  } else if (given && options.text("auth-method") != method &&
             options.source("auth-method") >= options.source("token-preset")) {
    throw UsageError(options.label("token-preset") + " " +
                     std::string(options.text("token-preset")) + " has the method " + method +
                     ": leave out " + options.label("auth-method"));
  }
}

std::string text(const cli::Options& options, std::string_view name) {
  return std::string(options.text(name));
}

auth::TokenSettings read_settings(const cli::Options& options) {
  auth::TokenSettings settings;
  settings.file = text(options, "token-file");
  settings.environment = text(options, "token-env");
  settings.command = text(options, "token-command");
  if (!options.has("oauth-issuer") && !options.has("oauth-token-url")) return settings;
  settings.oauth.issuer = text(options, "oauth-issuer");
  settings.oauth.token_url = text(options, "oauth-token-url");
  settings.oauth.client_id = text(options, "oauth-client-id");
  settings.oauth.client_secret_file = text(options, "oauth-client-secret-file");
  settings.oauth.scope = text(options, "oauth-scope");
  settings.oauth.audience = text(options, "oauth-audience");
  settings.oauth.ca_file = text(options, "oauth-cafile");
  return settings;
}

}  // namespace

std::optional<TokenPlacement> token_placement(const cli::Options& options,
                                              const client::Options& into) {
  const std::string_view source = source_in_force(options);
  if (source.empty()) {
    refuse_without_token(options);
    return std::nullopt;
  }
  TokenPlacement placement = chosen_place(options);
  const std::string other = rival(options, placement.place, into);
  if (!other.empty() && gives_way(options, source, other)) return std::nullopt;
  check_method(options, placement);
  if (placement.place == Place::web_socket_header && !into.transport.web_socket) {
    throw UsageError(options.label("token-in") + " ws-header needs a WebSocket: give " +
                     options.label("ws") + " or a URL of wss://");
  }
  if (placement.place == Place::web_socket_header &&
      has_authorization(*into.transport.web_socket)) {
    throw UsageError(options.label("ws-header") + " Authorization and " +
                     options.label("token-in") +
                     " ws-header exclude each other: the token is sent in that field");
  }
  return placement;
}

void use_tokens(const cli::Options& options, const TokenPlacement& placement,
                client::Options& into) {
  std::string error;
  if (!auth::make_token_source(read_settings(options), error)) throw UsageError(error);
  if (placement.place == Place::password) {
    into.password.reset();
    // Brokers ignore it, but MQTT 3.1.1 has no password without a user name [MQTT-3.1.2-22].
    if (!into.user_name) into.user_name.emplace();
  }
  // Its plug-in is not asked about a user without a password, and ignores what it is.
  const bool needs_password = options.text("token-preset") == "go-auth";
  if (needs_password && !into.password) into.password = "token";
  into.secret_user_name = placement.place == Place::user_name;
  into.make_credentials = [options, placement](asio::io_context& context) {
    std::string unused;
    return std::make_shared<TokenCredentials>(
        context, auth::make_token_source(read_settings(options), unused), placement);
  };
}

}  // namespace mqrig
