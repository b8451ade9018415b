#include <mqrig/auth/base64.hpp>
#include <mqrig/auth/password_file.hpp>
#include <mqrig/auth/scram_key.hpp>
#include <mqrig/auth/scram_message.hpp>
#include <mqrig/auth/scram_server.hpp>
#include <utility>

namespace mqrig::auth {
namespace {

// The gs2-header of a client's first message: "n,," or "y,,", with the user's own name between the
// commas at most. A client that knows of channel binding says y, and is right that this server has
// none. Empty for all others.
std::optional<std::string_view> take_gs2_header(std::string_view message,
                                                std::optional<std::string_view>& identity) {
  if (!message.starts_with("n,") && !message.starts_with("y,")) return std::nullopt;
  const std::size_t end = message.find(',', 2);
  if (end == std::string_view::npos) return std::nullopt;
  if (end != 2) {
    identity = ScramReader(message.substr(2, end - 2)).take('a');
    if (!identity) return std::nullopt;
  }
  return message.substr(0, end + 1);
}

}  // namespace

ScramServer::ScramServer(ScramMechanism mechanism, std::shared_ptr<const PasswordFile> users,
                         std::string secret, ScramNonceSource nonce)
    : mechanism_(mechanism),
      users_(std::move(users)),
      secret_(std::move(secret)),
      make_nonce_(nonce) {}

ServerExchange::Outcome ScramServer::proceed(std::optional<std::string_view> data,
                                             std::string& answer) {
  answer.clear();
  if (!data) return Outcome::refused;
  const Step step = std::exchange(step_, Step::awaits_name);
  return step == Step::awaits_name ? take_name(*data, answer) : take_proof(*data, answer);
}

ScramCredentials ScramServer::credentials_of(const std::string& user) const {
  if (const ScramCredentials* found = users_->scram(user, mechanism_)) return *found;
  return ScramCredentials::decoy(mechanism_, user, secret_, users_->scram_iterations(mechanism_));
}

ServerExchange::Outcome ScramServer::take_name(std::string_view message, std::string& answer) {
  std::optional<std::string_view> identity;
  const std::optional<std::string_view> header = take_gs2_header(message, identity);
  if (!header) return Outcome::refused;
  const std::string_view bare = message.substr(header->size());
  // "m=", an extension that has to be known, is none of these.
  ScramReader reader(bare);
  const std::optional<std::string_view> escaped = reader.take('n');
  const std::optional<std::string_view> nonce = reader.take('r');
  if (!escaped || !nonce || !is_scram_nonce(*nonce) || !reader.skip_extensions()) {
    return Outcome::refused;
  }
  std::optional<std::string> user = unescape_scram_name(*escaped);
  // Nobody acts for somebody else.
  if (!user || (identity && *identity != *escaped)) return Outcome::refused;
  user_ = std::move(*user);
  credentials_ = credentials_of(user_);
  binding_ = encode_base64(*header);
  nonce_ = std::string(*nonce) + make_nonce_();
  answer = "r=" + nonce_ + ",s=" + encode_base64(credentials_->salt()) +
           ",i=" + std::to_string(credentials_->iterations());
  signed_ = std::string(bare) + "," + answer + ",";
  step_ = Step::awaits_proof;
  return Outcome::proceed;
}

ServerExchange::Outcome ScramServer::take_proof(std::string_view message, std::string& answer) {
  ScramReader reader(message);
  const std::optional<std::string_view> binding = reader.take('c');
  const std::optional<std::string_view> nonce = reader.take('r');
  if (!binding || *binding != binding_ || !nonce || *nonce != nonce_ ||
      !reader.skip_extensions('p') || reader.at_end()) {
    return Outcome::refused;
  }
  // All that stands in front of the proof, without the comma in between.
  signed_ += message.substr(0, message.size() - reader.rest().size() - 1);
  const std::optional<std::string_view> proof_text = reader.take('p');
  const std::optional<std::string> proof = proof_text ? decode_base64(*proof_text) : std::nullopt;
  if (!proof || !reader.at_end() || !is_proved(*proof, signed_)) return Outcome::refused;
  const ScramKey signature = scram_hmac(mechanism_, credentials_->server_key(), signed_);
  answer = "v=" + encode_base64(signature.view());
  credentials_.reset();
  return Outcome::accepted;
}

bool ScramServer::is_proved(std::string_view proof, std::string_view signed_text) const {
  if (proof.size() != scram_key_size(mechanism_)) return false;
  const ScramKey signature = scram_hmac(mechanism_, credentials_->stored_key(), signed_text);
  const ScramKey client_key = exclusive_or(proof, signature.view(), mechanism_);
  return same_bytes(scram_hash(mechanism_, client_key.view()).view(), credentials_->stored_key());
}

}  // namespace mqrig::auth
