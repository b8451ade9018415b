#pragma once

#include <array>
#include <cstddef>
#include <mqrig/auth/sha512.hpp>
#include <string_view>
#include <unordered_set>

namespace mqrig::auth {

// Names and passwords that were right, so that a device which comes back does not cost a tenth of a
// second each time. Held is neither: only a code of both under a random key that lives as long as
// this object, of which one can't go back. Private to this room; not thread-safe.
class RememberedLogins {
 public:
  // Remembers at least the last `capacity` logins, at most twice as many, some 80 bytes each.
  explicit RememberedLogins(std::size_t capacity = 50'000);

  void add(std::string_view user, std::string_view password);
  // Looking up counts as using.
  bool contains(std::string_view user, std::string_view password);
  void clear();

 private:
  using Code = std::array<unsigned char, 32>;  // half a digest is enough
  struct Hash {
    std::size_t operator()(const Code& code) const noexcept;
  };
  using Codes = std::unordered_set<Code, Hash>;

  Code code(std::string_view user, std::string_view password) const;
  void add(const Code& code);

  HmacSha512 hmac_;
  std::size_t capacity_;
  Codes recent_;
  Codes older_;  // given up when `recent_` is full, and takes its place
};

}  // namespace mqrig::auth
