#pragma once

#include <asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <mqrig/auth/jwks_fetcher.hpp>
#include <mqrig/auth/jwt_verifier.hpp>
#include <optional>
#include <string>

#include "jwt_settings.hpp"
#include "log.hpp"

namespace mqrig::broker_command {

/// A verifier, with the keys of the file if they come from one. Null where no tokens are asked for.
/// Throws InputError that names the file.
std::shared_ptr<auth::JwtVerifier> make_jwt_verifier(const std::optional<JwtSettings>& settings);

/// Keeps the keys of a verifier fresh, on the thread of the event loop: from the file when asked
/// to, or from where they are fetched, which has a thread of its own.
class JwtKeys {
 public:
  /// All of it outlives this, and the event loop does not run any more when this is destroyed.
  JwtKeys(const JwtSettings& settings, std::shared_ptr<auth::JwtVerifier> verifier,
          asio::io_context& context, const Log& log);

  /// Takes the file or the answer anew. What can't be used leaves a warning, and the old keys stay.
  void reload();

  /// Before the first fetch has ended, in whatever way.
  bool awaited() const { return fetcher_ && !was_answered_; }

 private:
  /// True if keys are fetched now: those that are there are not fresh.
  bool look_for_more();
  void take(const auth::JwksFetcher::Result& result);

  const JwtSettings& settings_;
  const std::shared_ptr<auth::JwtVerifier> verifier_;
  const Log& log_;
  std::string last_fault_;  // said already
  bool was_answered_ = false;
  bool has_keys_ = false;
  std::chrono::steady_clock::time_point fresh_until_;
  std::unique_ptr<auth::JwksFetcher> fetcher_;  // null: they are in a file
};

}  // namespace mqrig::broker_command
