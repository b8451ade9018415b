#include <algorithm>
#include <mqrig/auth/base64.hpp>
#include <mqrig/auth/password_fields.hpp>
#include <mqrig/auth/random_bytes.hpp>
#include <mqrig/auth/sasl_prep.hpp>
#include <mqrig/auth/scram_credentials.hpp>
#include <mqrig/auth/scram_key.hpp>
#include <utility>

namespace mqrig::auth {
namespace {

constexpr std::size_t salt_size = 16;

std::string mark(ScramMechanism mechanism) {
  std::string text = "$" + std::string(name(mechanism)) + "$";
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

ScramKey stored_key_of(ScramMechanism mechanism, const ScramKey& salted) {
  return scram_hash(mechanism, scram_hmac(mechanism, salted.view(), "Client Key").view());
}

}  // namespace

std::optional<ScramCredentials> ScramCredentials::derive(ScramMechanism mechanism,
                                                         std::string_view password,
                                                         std::string salt, unsigned iterations) {
  const std::optional<Secret> prepared = sasl_prep(password, Prepared::stored);
  if (!prepared) return std::nullopt;
  ScramCredentials made;
  made.mechanism_ = mechanism;
  made.iterations_ = std::clamp(iterations, 1U, max_iterations);
  made.salt_ = std::move(salt);
  const ScramKey salted =
      salted_password(mechanism, prepared->view(), made.salt_, made.iterations_);
  made.stored_key_ = stored_key_of(mechanism, salted).view();
  made.server_key_ = scram_hmac(mechanism, salted.view(), "Server Key").view();
  return made;
}

std::optional<ScramCredentials> ScramCredentials::make(ScramMechanism mechanism,
                                                       std::string_view password,
                                                       unsigned iterations) {
  return derive(mechanism, password, random_bytes(salt_size), iterations);
}

ScramCredentials ScramCredentials::decoy(ScramMechanism mechanism, std::string_view user,
                                         std::string_view secret, unsigned iterations) {
  const ScramKey code = scram_hmac(mechanism, secret, user);
  ScramCredentials made;
  made.mechanism_ = mechanism;
  made.iterations_ = iterations;
  made.salt_ = code.view().substr(0, salt_size);
  // Whoever knew a key with this digest could log in as nobody.
  made.stored_key_ = random_bytes(scram_key_size(mechanism));
  made.server_key_ = made.stored_key_;
  return made;
}

std::optional<ScramCredentials> ScramCredentials::parse(std::string_view text) {
  for (const ScramMechanism mechanism : scram_mechanisms) {
    const std::string start = mark(mechanism);
    if (!text.starts_with(start)) continue;
    std::string_view rest = text.substr(start.size());
    const std::optional<unsigned> iterations = parse_iterations(take_field(rest));
    std::optional<std::string> salt = decode_base64(take_field(rest));
    std::optional<std::string> stored_key = decode_base64(take_field(rest));
    std::optional<std::string> server_key = decode_base64(rest);
    const std::size_t size = scram_key_size(mechanism);
    if (!iterations || !salt || salt->empty() || !stored_key || stored_key->size() != size ||
        !server_key || server_key->size() != size) {
      return std::nullopt;
    }
    ScramCredentials read;
    read.mechanism_ = mechanism;
    read.iterations_ = *iterations;
    read.salt_ = std::move(*salt);
    read.stored_key_ = std::move(*stored_key);
    read.server_key_ = std::move(*server_key);
    return read;
  }
  return std::nullopt;
}

std::string ScramCredentials::text() const {
  return mark(mechanism_) + std::to_string(iterations_) + "$" + encode_base64(salt_) + "$" +
         encode_base64(stored_key_) + "$" + encode_base64(server_key_);
}

bool ScramCredentials::matches(std::string_view password) const {
  const std::optional<Secret> prepared = sasl_prep(password, Prepared::query);
  const ScramKey salted = salted_password(
      mechanism_, prepared ? prepared->view() : std::string_view("none"), salt_, iterations_);
  return same_bytes(stored_key_of(mechanism_, salted).view(), stored_key_) && prepared;
}

void spend_time(ScramMechanism mechanism, std::string_view password, unsigned iterations) {
  if (iterations != 0) salted_password(mechanism, password, "no salt", iterations);
}

}  // namespace mqrig::auth
