#pragma once

#include <cstdint>
#include <memory>
#include <mqrig/auth/auth_exchange.hpp>
#include <mqrig/auth/scram_mechanism.hpp>
#include <mqrig/auth/secret.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig::auth {

// The most iterations that a client works through for a server: about a second, in which its event
// loop stands still.
inline constexpr unsigned max_scram_client_iterations = 1'000'000;

// The client's side of SCRAM: proves that it knows the password without telling it, and has the
// server prove the same. A server that asks for less than min_scram_iterations is refused, since
// whoever listens could guess the password from the answer; so is one that asks for more than
// max_scram_client_iterations.
//
// The first proceed() of a connection takes as long as the server's iterations: a tenth of a second
// for 200,000. What was worked out is kept for as long as salt and iterations stay the same.
class ScramClient final : public ClientExchange {
 public:
  // Null for a name or a password that SASLprep does not allow, or an empty name: `fault` says so.
  static std::unique_ptr<ScramClient> make(ScramMechanism mechanism, std::string_view user,
                                           std::string_view password, std::string& fault,
                                           ScramNonceSource nonce = random_scram_nonce);
  ~ScramClient() override;

  std::string_view method() const override { return name(mechanism_); }
  std::unique_ptr<ClientExchange> clone() const override;
  std::optional<std::string> begin() override;
  std::optional<std::string> proceed(std::string_view data, std::string& fault) override;
  bool finish(std::optional<std::string_view> data, std::string& fault) override;

 private:
  enum class Step : std::uint8_t { idle, awaits_salt, awaits_proof };
  struct Challenge;
  struct Derived;
  struct Keys;

  ScramClient(ScramMechanism mechanism, std::string escaped_user, Secret password,
              ScramNonceSource nonce);
  ScramClient(const ScramClient&) = default;
  std::optional<Challenge> read_challenge(std::string_view message, std::string& fault) const;
  std::shared_ptr<const Derived> derived(const Challenge& challenge);

  ScramMechanism mechanism_;
  Step step_ = Step::idle;
  std::string user_;                        // escaped
  std::shared_ptr<const Secret> password_;  // prepared
  ScramNonceSource make_nonce_;
  std::string nonce_;
  std::string proof_;           // what the server is to send
  std::shared_ptr<Keys> keys_;  // of all clones
};

}  // namespace mqrig::auth
