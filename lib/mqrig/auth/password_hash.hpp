#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mqrig::auth {

// Of a new hash: about a tenth of a second for whoever checks or guesses a password.
inline constexpr unsigned default_iterations = 210'000;
// The most that a hash may ask for: a check must end.
inline constexpr unsigned max_iterations = 10'000'000;

// What is kept of a password, in the forms that mosquitto_passwd writes:
//   $7$ITERATIONS$SALT$HASH   PBKDF2-HMAC-SHA512; what make() gives
//   $6$SALT$HASH              SHA-512 of password and salt, by old versions; only read
// Salt and hash are Base64. Passwords are bytes of any number and value.
class PasswordHash {
 public:
  // With a new random salt. `iterations`: 1 to max_iterations. Throws std::system_error when there
  // are no random bytes to be had.
  static PasswordHash make(std::string_view password, unsigned iterations = default_iterations);
  // Empty when the text is in neither of the forms.
  static std::optional<PasswordHash> parse(std::string_view text);

  std::string text() const;

  // Takes as long for a wrong password as for the right one.
  bool matches(std::string_view password) const;

  // How much work matches() is; 0 for the old form.
  unsigned iterations() const { return iterations_; }

 private:
  unsigned iterations_ = 0;
  std::string salt_;
  std::string hash_;
};

// Takes as long as matches() of a hash with so many iterations; none at all with 0.
void spend_time(std::string_view password, unsigned iterations);

}  // namespace mqrig::auth
