#include <mqrig/wire/publish_layout.hpp>

#include <mqrig/wire/decode.hpp>

namespace mqrig::wire {

std::size_t packet_id_offset(ByteView encoded_publish) noexcept {
  std::size_t at = 1;
  while (encoded_publish[at] >= 0x80) ++at;  // the remaining length
  ++at;
  const std::size_t topic_size =
      static_cast<std::size_t>(encoded_publish[at] << 8 | encoded_publish[at + 1]);
  return at + 2 + topic_size;
}

std::size_t message_expiry_offset(ByteView encoded_publish, Version version) noexcept {
  if (version != Version::mqtt_5) return 0;
  Frame frame;
  Publish publish;
  if (split_frame(encoded_publish, max_remaining_length + 5, frame).status !=
          FrameStatus::complete ||
      decode(frame, version, publish) != Fault::none) {
    return 0;
  }
  const auto last = publish.properties.end();
  for (auto at = publish.properties.begin(); at != last; ++at) {
    if (at->id != PropertyId::message_expiry_interval) continue;
    return static_cast<std::size_t>(at.rest().data() - encoded_publish.data()) + 1;
  }
  return 0;
}

}  // namespace mqrig::wire
