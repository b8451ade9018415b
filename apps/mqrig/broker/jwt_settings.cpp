#include "jwt_settings.hpp"

#include <mqrig/cli/usage_error.hpp>

namespace mqrig::broker_command {
namespace {

using cli::UsageError;

void refuse_options_without_keys(const cli::Options& options) {
  for (const std::string_view name : {"jwt-audience", "jwt-user-claim"}) {
    if (options.has(name) && options.source(name) == cli::Source::flag) {
      throw UsageError("--" + std::string(name) + " needs --jwt-jwks or --jwt-issuer");
    }
  }
}

}  // namespace

std::optional<JwtSettings> read_jwt_settings(const cli::Options& options) {
  const std::string keys(options.text("jwt-jwks"));
  const std::string issuer(options.text("jwt-issuer"));
  if (keys.empty() && issuer.empty()) {
    refuse_options_without_keys(options);
    return std::nullopt;
  }
  JwtSettings settings;
  settings.verifier.issuer = issuer;
  settings.verifier.user_claim = options.text("jwt-user-claim");
  for (const std::string_view audience : options.list("jwt-audience")) {
    settings.verifier.audiences.emplace_back(audience);
  }
  if (!keys.empty() && keys.find("://") == keys.npos) {
    settings.file = keys;
    return settings;
  }
  settings.source = {.url = keys, .issuer = issuer};
  const std::string fault = auth::JwksFetcher::fault_of(settings.source);
  if (fault.empty()) return settings;
  throw UsageError(keys.empty() ? "--jwt-issuer without --jwt-jwks " + fault
                                : "--jwt-jwks " + fault);
}

}  // namespace mqrig::broker_command
