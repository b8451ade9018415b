#include <mqrig/broker/seeded_hash.hpp>

#include <cstring>
#include <random>

namespace mqrig::broker {

namespace {

std::uint64_t mix(std::uint64_t value) noexcept {
  value *= 0x9E37'79B9'7F4A'7C15U;
  return value ^ value >> 32;
}

}  // namespace

SeededHash::SeededHash() : seed_(std::random_device{}()) {
  seed_ = seed_ << 32 | std::random_device{}();
}

std::uint32_t SeededHash::operator()(std::string_view text, std::uint32_t salt) const noexcept {
  std::uint64_t result = mix(seed_ ^ salt);
  std::uint64_t piece = 0;
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left > sizeof piece; left -= sizeof piece, at += sizeof piece) {
    std::memcpy(&piece, at, sizeof piece);
    result = mix(result ^ piece);
  }
  piece = 0;
  if (left > 0) std::memcpy(&piece, at, left);
  result = mix(mix(result ^ piece) + text.size());
  return static_cast<std::uint32_t>(mix(result) >> 32);
}

}  // namespace mqrig::broker
