#include "jwt_keys.hpp"

#include <asio/post.hpp>
#include <utility>

#include "../input_file.hpp"

namespace mqrig::broker_command {
namespace {

constexpr std::size_t largest_key_file = 1024 * 1024;

void read_keys(const std::string& path, auth::JwtVerifier& verifier) {
  std::string text;
  try {
    text = read_file(path, largest_key_file);
  } catch (const InputError& error) {
    throw InputError("--jwt-jwks: " + std::string(error.what()));
  }
  const std::string fault = verifier.set_keys(text);
  if (!fault.empty()) throw InputError("--jwt-jwks '" + path + "': " + fault);
}

}  // namespace

std::shared_ptr<auth::JwtVerifier> make_jwt_verifier(const std::optional<JwtSettings>& settings) {
  if (!settings) return nullptr;
  auto verifier = std::make_shared<auth::JwtVerifier>(settings->verifier);
  if (!settings->file.empty()) read_keys(settings->file, *verifier);
  return verifier;
}

JwtKeys::JwtKeys(const JwtSettings& settings, std::shared_ptr<auth::JwtVerifier> verifier,
                 asio::io_context& context, const Log& log)
    : settings_(settings), verifier_(std::move(verifier)), log_(log) {
  if (!settings_.file.empty()) return;
  fetcher_ = std::make_unique<auth::JwksFetcher>(
      settings_.source, [this, &context](auth::JwksFetcher::Result result) {
        asio::post(context, [this, result = std::move(result)] { take(result); });
      });
  verifier_->set_on_unknown_key([this] { return look_for_more(); });
}

void JwtKeys::reload() {
  if (fetcher_) return fetcher_->request();
  try {
    read_keys(settings_.file, *verifier_);
    log_.notice("read '" + settings_.file + "' again");
  } catch (const InputError& error) {
    log_.warning(std::string(error.what()) + "; the old keys stay");
  }
}

/// A key that an issuer does not have is asked for again and again if its sender tries again.
bool JwtKeys::look_for_more() {
  fetcher_->request();
  return std::chrono::steady_clock::now() >= fresh_until_;
}

void JwtKeys::take(const auth::JwksFetcher::Result& result) {
  was_answered_ = true;
  std::string fault = result.error;
  if (fault.empty()) {
    fault = verifier_->set_keys(result.jwks);
    const bool by_url = !settings_.source.url.empty();
    if (!fault.empty()) {
      fault =
          (by_url ? "--jwt-jwks: " : "--jwt-issuer: ") + std::string("what was fetched: ") + fault;
    }
  }
  if (!fault.empty()) {
    // Once, not every minute.
    if (fault != std::exchange(last_fault_, fault)) {
      log_.warning("keys for tokens could not be fetched: " + fault +
                   (has_keys_ ? "; the old keys stay" : "; until then no token can be checked"));
    }
    return;
  }
  fresh_until_ = std::chrono::steady_clock::now() + auth::JwksFetcher::Pace().least;
  if (!std::exchange(has_keys_, true) || !last_fault_.empty()) {
    log_.notice("the keys for tokens were fetched");
  }
  last_fault_.clear();
}

}  // namespace mqrig::broker_command
