#include <mqrig/wire/frame.hpp>

namespace mqrig::wire {

namespace {

// In 3.1 three packets had the DUP flag as well.
bool flags_are_valid(const Frame& frame, Version version) noexcept {
  if (detail::is_plain_first_byte(frame.first_byte)) return true;
  constexpr std::uint8_t dup = 0x08;
  return version == Version::mqtt_3_1 && frame.type() != PacketType::publish &&
         frame.flags() == (dup | 2) &&
         detail::is_plain_first_byte(static_cast<std::uint8_t>(frame.first_byte & ~dup));
}

constexpr FrameResult invalid(Fault fault) noexcept {
  return {FrameStatus::invalid, fault, 0};
}
constexpr FrameResult need_more(std::size_t wanted) noexcept {
  return {FrameStatus::need_more, Fault::none, wanted};
}

}  // namespace

FrameResult detail::split_any_frame(ByteView bytes, std::uint32_t maximum_packet_size, Frame& frame,
                                    Version version) noexcept {
  if (bytes.empty()) return need_more(0);
  frame.first_byte = bytes[0];
  if (frame.first_byte < 0x10) return invalid(Fault::invalid_packet_type);
  if (!flags_are_valid(frame, version)) return invalid(Fault::invalid_flags);

  std::uint32_t length = 0;
  std::size_t header = 1;
  for (unsigned shift = 0;; shift += 7) {
    if (shift == 28) return invalid(Fault::malformed_remaining_length);
    if (header == bytes.size()) return need_more(0);
    const std::uint8_t next = bytes[header++];
    length |= (next & 0x7FU) << shift;
    if (next < 0x80) {
      if (next == 0 && shift > 0) return invalid(Fault::malformed_remaining_length);
      break;
    }
  }
  const std::size_t size = header + length;
  if (size > maximum_packet_size) return invalid(Fault::packet_too_large);
  if (bytes.size() < size) return need_more(size);
  frame.body = bytes.subspan(header, length);
  frame.size = size;
  return {FrameStatus::complete, Fault::none, 0};
}

}  // namespace mqrig::wire
