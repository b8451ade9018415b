#pragma once

#include <cstdint>
#include <memory>
#include <mqrig/auth/auth_exchange.hpp>
#include <mqrig/auth/scram_credentials.hpp>
#include <mqrig/auth/scram_mechanism.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig::auth {

class PasswordFile;

// The server's side of SCRAM, for the users of a password file that have credentials of the
// mechanism. Cheap: the work is the client's.
//
// Names that are not there are led on with a salt of their own, and fail at the end like a wrong
// password: who has an account cannot be found out. The salts of such names stay the same for as
// long as `secret` does.
class ScramServer final : public ServerExchange {
 public:
  ScramServer(ScramMechanism mechanism, std::shared_ptr<const PasswordFile> users,
              std::string secret, ScramNonceSource nonce = random_scram_nonce);

  std::string_view method() const override { return name(mechanism_); }
  Outcome proceed(std::optional<std::string_view> data, std::string& answer) override;
  bool is_guess() const override { return step_ == Step::awaits_proof; }
  const std::string& user_name() const override { return user_; }

 private:
  enum class Step : std::uint8_t { awaits_name, awaits_proof };

  Outcome take_name(std::string_view message, std::string& answer);
  Outcome take_proof(std::string_view message, std::string& answer);
  bool is_proved(std::string_view proof, std::string_view signed_text) const;
  ScramCredentials credentials_of(const std::string& user) const;

  ScramMechanism mechanism_;
  Step step_ = Step::awaits_name;
  std::shared_ptr<const PasswordFile> users_;
  std::string secret_;
  ScramNonceSource make_nonce_;
  std::string user_;
  // Of the exchange under way:
  std::string binding_;  // what the client's last message has to repeat, in Base64
  std::string nonce_;    // of both
  std::string signed_;   // the messages so far, as they are signed
  std::optional<ScramCredentials> credentials_;
};

}  // namespace mqrig::auth
