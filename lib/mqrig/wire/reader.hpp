// A cursor over the bytes of one packet. Internal to this room.
#pragma once

#include <string_view>

#include <mqrig/wire/fault.hpp>
#include <mqrig/wire/types.hpp>

namespace mqrig::wire {

// Each read returns false, and reads nothing, when the field ends behind the end.
class Reader {
 public:
  explicit Reader(ByteView bytes) noexcept : at_(bytes.data()), end_(at_ + bytes.size()) {}

  bool at_end() const noexcept { return at_ == end_; }
  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  ByteView rest() const noexcept { return {at_, left()}; }

  [[nodiscard]] bool byte(std::uint8_t& value) noexcept {
    if (at_end()) return false;
    value = *at_++;
    return true;
  }
  // Takes the next byte if it is 0.
  [[nodiscard]] bool skip_zero() noexcept {
    if (at_end() || *at_ != 0) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] bool two_bytes(std::uint16_t& value) noexcept {
    if (left() < 2) return false;
    value = static_cast<std::uint16_t>(at_[0] << 8 | at_[1]);
    at_ += 2;
    return true;
  }
  [[nodiscard]] bool four_bytes(std::uint32_t& value) noexcept {
    if (left() < 4) return false;
    value = std::uint32_t{at_[0]} << 24 | std::uint32_t{at_[1]} << 16 | std::uint32_t{at_[2]} << 8 |
            std::uint32_t{at_[3]};
    at_ += 4;
    return true;
  }
  [[nodiscard]] bool bytes(std::size_t count, ByteView& value) noexcept {
    if (left() < count) return false;
    value = {at_, count};
    at_ += count;
    return true;
  }
  // Two bytes of length, then the content.
  [[nodiscard]] bool binary(ByteView& value) noexcept {
    if (left() < 2) return false;
    const std::size_t size = static_cast<std::size_t>(at_[0] << 8 | at_[1]);
    if (left() - 2 < size) return false;
    value = {at_ + 2, size};
    at_ += 2 + size;
    return true;
  }
  [[nodiscard]] bool text(std::string_view& value) noexcept {
    ByteView content;
    if (!binary(content)) return false;
    value = as_text(content);
    return true;
  }
  // A Variable Byte Integer, section 1.5.5, minimal [MQTT-1.5.5-1].
  [[nodiscard]] Fault variable(std::uint32_t& value) noexcept {
    value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
      std::uint8_t next = 0;
      if (!byte(next)) return Fault::truncated;
      value |= (next & 0x7FU) << shift;
      if (next < 0x80) {
        return next == 0 && shift > 0 ? Fault::malformed_variable_integer : Fault::none;
      }
    }
    return Fault::malformed_variable_integer;
  }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

}  // namespace mqrig::wire
