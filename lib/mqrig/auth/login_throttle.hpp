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
// clears the record. The time is passed in; nothing here waits or blocks.
//
// Addresses are numeric, "192.0.2.1", "2001:db8::1" or "fe80::1%eth0". All of an IPv6 /64 count as
// one, since a single host has them all; "::ffff:192.0.2.1" is 192.0.2.1. Any other text, that of a
// Unix socket for one, is never slowed down. At most 10,000 addresses are kept, the ones that
// failed last.
class LoginThrottle {
 public:
  using Clock = std::chrono::steady_clock;

  // How long a login from this address has to wait before its password may be looked at; then ask
  // again, for another may have gone first. With zero it may go ahead, and the next one waits its
  // time even if the outcome of this one is not known yet: many at once get no further than one.
  Clock::duration delay(std::string_view address, Clock::time_point now);

  void failed(std::string_view address, Clock::time_point now);
  void succeeded(std::string_view address);

  // How many addresses are kept.
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

  static std::optional<Key> key_of(std::string_view address);
  static Clock::duration step(unsigned failures);
  void forget_old(Clock::time_point now);
  void forget(Records::iterator record);

  Records records_;
  std::unordered_map<Key, Records::iterator, Hash> by_key_;
};

}  // namespace mqrig::auth
