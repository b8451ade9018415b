#include <algorithm>
#include <iterator>
#include <mqrig/auth/base64.hpp>
#include <mqrig/auth/password_hash.hpp>
#include <mqrig/auth/sasl_prep.hpp>
#include <mqrig/auth/scram_client.hpp>
#include <mqrig/auth/scram_key.hpp>
#include <mqrig/auth/scram_message.hpp>
#include <mutex>
#include <utility>

namespace mqrig::auth {
namespace {

constexpr std::string_view gs2_header = "n,,";  // no channel binding, no other identity

constexpr std::string_view no_proof = "the server did not prove that it knows the password";

// server-error-value of RFC 5802, section 7.
std::string server_error(std::string_view value) {
  constexpr std::pair<std::string_view, std::string_view> texts[] = {
      {"invalid-encoding", "the server cannot read what it was sent"},
      {"extensions-not-supported", "the server does not know an extension of SCRAM"},
      {"invalid-proof", "the server says that the password is wrong"},
      {"channel-bindings-dont-match", "the server sees another channel binding"},
      {"server-does-support-channel-binding", "the server wants channel binding"},
      {"channel-binding-not-supported", "the server has no channel binding"},
      {"unsupported-channel-binding-type", "the server wants another channel binding"},
      {"unknown-user", "the server does not know the user"},
      {"invalid-username-encoding", "the server cannot read the user name"},
      {"no-resources", "the server has no resources left"},
  };
  const auto* const found = std::find_if(std::begin(texts), std::end(texts),
                                         [&](const auto& row) { return row.first == value; });
  if (found != std::end(texts)) return std::string(found->second);
  return "the server ended the authentication without a known reason";
}

std::optional<std::string_view> error_in(std::string_view message) {
  return ScramReader(message).take('e');
}

}  // namespace

// The server's first message.
struct ScramClient::Challenge {
  std::string_view nonce;
  std::string salt;
  unsigned iterations = 0;
};

// What depends on the password, the salt and the iterations only.
struct ScramClient::Derived {
  std::string salt;
  unsigned iterations = 0;
  ScramKey client_key;
  ScramKey stored_key;
  ScramKey server_key;
};

struct ScramClient::Keys {
  std::mutex mutex;
  std::shared_ptr<const Derived> derived;
};

ScramClient::ScramClient(ScramMechanism mechanism, std::string escaped_user, Secret password,
                         ScramNonceSource nonce)
    : mechanism_(mechanism),
      user_(std::move(escaped_user)),
      password_(std::make_shared<const Secret>(std::move(password))),
      make_nonce_(nonce),
      keys_(std::make_shared<Keys>()) {}

ScramClient::~ScramClient() = default;

std::unique_ptr<ScramClient> ScramClient::make(ScramMechanism mechanism, std::string_view user,
                                               std::string_view password, std::string& fault,
                                               ScramNonceSource nonce) {
  const std::optional<Secret> prepared_user = sasl_prep(user, Prepared::query);
  std::optional<Secret> prepared_password = sasl_prep(password, Prepared::query);
  if (!prepared_user || prepared_user->view().empty()) {
    fault = user.empty() ? "SCRAM needs a user name"
                         : "the user name holds characters that SCRAM does not allow";
    return nullptr;
  }
  if (!prepared_password) {
    fault = "the password holds characters that SCRAM does not allow";
    return nullptr;
  }
  return std::unique_ptr<ScramClient>(new ScramClient(
      mechanism, escape_scram_name(prepared_user->view()), std::move(*prepared_password), nonce));
}

std::unique_ptr<ClientExchange> ScramClient::clone() const {
  return std::unique_ptr<ScramClient>(new ScramClient(*this));
}

std::optional<std::string> ScramClient::begin() {
  nonce_ = make_nonce_();
  step_ = Step::awaits_salt;
  return std::string(gs2_header) + "n=" + user_ + ",r=" + nonce_;
}

std::optional<ScramClient::Challenge> ScramClient::read_challenge(std::string_view message,
                                                                  std::string& fault) const {
  const auto refuse = [&fault](std::string_view why) {
    fault = why;
    return std::nullopt;
  };
  ScramReader reader(message);
  if (reader.next_is('m')) {
    return refuse("the server demands an extension of SCRAM that is not known here");
  }
  const std::optional<std::string_view> nonce = reader.take('r');
  if (!nonce || !is_scram_nonce(*nonce)) {
    return refuse("the server's first message is malformed: it does not begin with a nonce");
  }
  if (!nonce->starts_with(nonce_) || nonce->size() == nonce_.size()) {
    return refuse(
        "the server's nonce does not extend the one it was sent: the message is not an "
        "answer to this client, or the server adds nothing of its own");
  }
  const std::optional<std::string_view> salt_text = reader.take('s');
  std::optional<std::string> salt = salt_text ? decode_base64(*salt_text) : std::nullopt;
  if (!salt || salt->empty()) {
    return refuse("the server's first message is malformed: no salt in Base64 follows the nonce");
  }
  const std::optional<std::string_view> count = reader.take('i');
  const bool is_number = count && std::all_of(count->begin(), count->end(),
                                              [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number || count->front() == '0' || !reader.skip_extensions()) {
    return refuse(
        "the server's first message is malformed: no number of iterations follows the salt");
  }
  const unsigned iterations = read_scram_count(*count).value_or(max_scram_client_iterations + 1);
  if (iterations > max_scram_client_iterations) {
    return refuse("the server asks for more than " + std::to_string(max_scram_client_iterations) +
                  " iterations, which would take too long");
  }
  if (iterations < min_scram_iterations) {
    return refuse("the server asks for " + std::to_string(iterations) +
                  " iterations only; with fewer than " + std::to_string(min_scram_iterations) +
                  " the password would be easy to guess: set it anew on the server");
  }
  return Challenge{*nonce, std::move(*salt), iterations};
}

// Clones that ask at the same time wait for the first: all would work out the same.
std::shared_ptr<const ScramClient::Derived> ScramClient::derived(const Challenge& challenge) {
  const std::lock_guard lock(keys_->mutex);
  std::shared_ptr<const Derived>& kept = keys_->derived;
  if (kept && kept->salt == challenge.salt && kept->iterations == challenge.iterations) return kept;
  const ScramKey salted =
      salted_password(mechanism_, password_->view(), challenge.salt, challenge.iterations);
  auto fresh = std::make_shared<Derived>();
  fresh->salt = challenge.salt;
  fresh->iterations = challenge.iterations;
  fresh->client_key = scram_hmac(mechanism_, salted.view(), "Client Key");
  fresh->stored_key = scram_hash(mechanism_, fresh->client_key.view());
  fresh->server_key = scram_hmac(mechanism_, salted.view(), "Server Key");
  kept = std::move(fresh);
  return kept;
}

std::optional<std::string> ScramClient::proceed(std::string_view data, std::string& fault) {
  const Step step = std::exchange(step_, Step::idle);
  if (const auto error = error_in(data)) {
    fault = server_error(*error);
    return std::nullopt;
  }
  if (step != Step::awaits_salt) {
    fault = "the server goes on with an authentication that should be over";
    return std::nullopt;
  }
  const std::optional<Challenge> challenge = read_challenge(data, fault);
  if (!challenge) return std::nullopt;
  const std::shared_ptr<const Derived> keys = derived(*challenge);
  std::string answer = "c=" + encode_base64(gs2_header) + ",r=" + std::string(challenge->nonce);
  const std::string signed_text =
      "n=" + user_ + ",r=" + nonce_ + "," + std::string(data) + "," + answer;
  const ScramKey signature = scram_hmac(mechanism_, keys->stored_key.view(), signed_text);
  const ScramKey proof = exclusive_or(keys->client_key.view(), signature.view(), mechanism_);
  proof_ = scram_hmac(mechanism_, keys->server_key.view(), signed_text).view();
  step_ = Step::awaits_proof;
  return answer + ",p=" + encode_base64(proof.view());
}

bool ScramClient::finish(std::optional<std::string_view> data, std::string& fault) {
  const Step step = std::exchange(step_, Step::idle);
  if (data) {
    if (const auto error = error_in(*data)) {
      fault = server_error(*error);
      return false;
    }
  }
  fault = no_proof;
  if (!data || step != Step::awaits_proof) return false;
  ScramReader reader(*data);
  const std::optional<std::string_view> verifier = reader.take('v');
  const std::optional<std::string> proof = verifier ? decode_base64(*verifier) : std::nullopt;
  if (!proof || !reader.skip_extensions() || !same_bytes(*proof, proof_)) return false;
  fault.clear();
  return true;
}

}  // namespace mqrig::auth
