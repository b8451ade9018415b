#pragma once

#include <mqrig/auth/jwks_fetcher.hpp>
#include <mqrig/auth/jwt_verifier.hpp>
#include <mqrig/cli/options.hpp>
#include <optional>
#include <string>

namespace mqrig::broker_command {

/// Which tokens are valid, and where the keys come from: the file, or the source if that is empty.
struct JwtSettings {
  auth::JwtVerifier::Settings verifier;
  std::string file;
  auth::JwksFetcher::Source source;
};

/// Nothing where no tokens are asked for. Throws cli::UsageError.
std::optional<JwtSettings> read_jwt_settings(const cli::Options& options);

}  // namespace mqrig::broker_command
