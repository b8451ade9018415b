#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace mqrig::auth {

// Slows down whoever guesses passwords: after three failed logins from one address in a row, the
// next one has to wait 1 s, then 2, 4, 8, 16 and 30 s. A success, or ten minutes without a failure,
// clears the failures. The time is passed in; nothing here waits or blocks.
//
// Of one address, slowed or not, two logins are under way at most, started and not decided; so many
// at once are slowed as if they came one after the other, and leave the check of passwords to other
// addresses in between. 1,000 may wait for their turn.
//
// Addresses are numeric, "192.0.2.1", "2001:db8::1" or "fe80::1%eth0". All of an IPv6 /64 count as
// one, since a single host has them all; "::ffff:192.0.2.1" is 192.0.2.1. Any other text, that of a
// Unix socket for one, is never slowed down after failures; all of these share one address's turns.
// At most 10,000 addresses are kept that failed, the ones that did so last.
class LoginThrottle {
 public:
  using Clock = std::chrono::steady_clock;

  // How many of one address are under way, and wait, at most.
  static constexpr unsigned max_undecided = 2;
  static constexpr unsigned max_waiting = 1'000;

  // With zero a login from this address has started: its password may be looked at, and one of the
  // three below has to follow, even if the client is gone by then. Otherwise, how long it has to
  // wait; then ask again, for another may have gone first.
  Clock::duration start(std::string_view address, Clock::time_point now);
  // How a login ended. The first two may also come without start().
  void failed(std::string_view address, Clock::time_point now);
  void succeeded(std::string_view address);
  void not_checked(std::string_view address);

  // A login begins to wait; false if it must not, since too many do. Once for each login, however
  // often it asks start() meanwhile.
  bool begin_wait(std::string_view address);
  // It has started, or was given up.
  void end_wait(std::string_view address);

  // How many addresses are kept for their failures.
  std::size_t size() const { return records_.size(); }

 private:
  using Key = std::array<std::uint8_t, 8>;  // the /64, or the IPv4 address behind zeros
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Record {
    Key key{};
    unsigned failures = 0;
    Clock::time_point last_failure;
    Clock::time_point next_login;  // none may go ahead before it
  };
  using Records = std::list<Record>;  // the oldest failure first
  // The logins of an address, apart from its record: that may be forgotten, these must not be.
  struct Logins {
    unsigned undecided = 0;
    unsigned waiting = 0;
  };
  using LoginsByKey = std::unordered_map<Key, Logins, Hash>;

  static std::optional<Key> key_of(std::string_view address);
  static Key turns_of(std::string_view address);
  static Clock::duration step(unsigned failures);
  void decrease(unsigned Logins::*count, std::string_view address);
  void forget_old(Clock::time_point now);
  void forget(Records::iterator record);

  Records records_;
  std::unordered_map<Key, Records::iterator, Hash> by_key_;
  LoginsByKey logins_;  // of those addresses only that have any
};

}  // namespace mqrig::auth
