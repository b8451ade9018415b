// A hash of texts that nobody outside can foresee.
#pragma once

#include <cstdint>
#include <string_view>

namespace mqrig::broker {

// Seeded at random for each object, so that clients cannot choose topics that collide. Not the
// same in another process, and not for secrets.
class SeededHash {
 public:
  SeededHash();

  // `salt` is hashed along.
  std::uint32_t operator()(std::string_view text, std::uint32_t salt = 0) const noexcept;

 private:
  std::uint64_t seed_;
};

}  // namespace mqrig::broker
