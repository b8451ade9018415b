#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mqrig/auth/password_file.hpp>
#include <string_view>

namespace mqrig::auth {

// Checks passwords on a thread of its own, one after the other: each takes about a tenth of a
// second, which an event loop does not have. Successful logins are remembered until the next
// replace() and answered at once from then on.
//
// May be called from any thread. Destroying it waits for the check under way, which is not
// cancelled; what waits behind it is dropped without a call.
class PasswordVerifier {
 public:
  enum class Answer : std::uint8_t {
    accepted,  // at once: this login was right before
    pending,   // `done` will be called
    busy,      // too many wait already: nothing will be called
  };
  // Called once, on the verifier's thread, and destroyed there. Must not throw, nor destroy the
  // verifier.
  using Done = std::function<void(bool accepted)>;

  static constexpr std::size_t max_waiting = 1'024;

  explicit PasswordVerifier(std::shared_ptr<const PasswordFile> file);
  PasswordVerifier(const PasswordVerifier&) = delete;
  PasswordVerifier& operator=(const PasswordVerifier&) = delete;
  ~PasswordVerifier();

  // Never blocks for long. Copies both texts; the copy of the password is wiped after use.
  Answer verify(std::string_view user, std::string_view password, Done done);

  // Remembered logins are forgotten, and what waits or is being checked now is answered from the
  // new file.
  void replace(std::shared_ptr<const PasswordFile> file);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mqrig::auth
