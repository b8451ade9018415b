#pragma once

#include <mqrig/auth/password_hash.hpp>
#include <mqrig/auth/scram_mechanism.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig::auth {

// What a server keeps of a password for one mechanism of SCRAM: enough to check whoever logs in and
// to prove itself, and not the password, nor what a client needs. As text it is
//   $scram-sha-256$ITERATIONS$SALT$STOREDKEY$SERVERKEY
// with salt and keys in Base64, and the mechanism in lower case.
class ScramCredentials {
 public:
  // With a new random salt. `iterations`: 1 to max_iterations; clients refuse fewer than
  // min_scram_iterations. Empty for a password that SASLprep does not allow. Throws
  // std::system_error when there are no random bytes to be had.
  static std::optional<ScramCredentials> make(ScramMechanism mechanism, std::string_view password,
                                              unsigned iterations = default_iterations);
  // Empty when the text is not in this form.
  static std::optional<ScramCredentials> parse(std::string_view text);
  // The same with a salt that is given, of one byte at least.
  static std::optional<ScramCredentials> derive(ScramMechanism mechanism, std::string_view password,
                                                std::string salt, unsigned iterations);
  // Of a user who is not there: nobody's proof matches. The same for the same name and `secret`.
  static ScramCredentials decoy(ScramMechanism mechanism, std::string_view user,
                                std::string_view secret, unsigned iterations);

  std::string text() const;

  // Whether this is the password itself: as much work as it is for a client. Takes as long for a
  // wrong one.
  bool matches(std::string_view password) const;

  ScramMechanism mechanism() const { return mechanism_; }
  unsigned iterations() const { return iterations_; }
  const std::string& salt() const { return salt_; }
  const std::string& stored_key() const { return stored_key_; }
  const std::string& server_key() const { return server_key_; }

 private:
  ScramMechanism mechanism_ = ScramMechanism::sha_256;
  unsigned iterations_ = 0;
  std::string salt_;
  std::string stored_key_;
  std::string server_key_;
};

// Takes as long as matches() of credentials with so many iterations.
void spend_time(ScramMechanism mechanism, std::string_view password, unsigned iterations);

}  // namespace mqrig::auth
