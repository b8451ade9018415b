#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/property_reader.hpp>
#include <mqrig/wire/reader.hpp>
#include <mqrig/wire/topic_fault.hpp>

namespace mqrig::wire {

Fault decode(const Frame& frame, Version version, Publish& packet) noexcept {
  const unsigned flags = frame.flags();
  const unsigned qos = flags >> 1 & 3U;
  if (qos == 3) return Fault::invalid_qos;
  packet.qos = static_cast<QoS>(qos);
  packet.retain = (flags & 1U) != 0;
  packet.dup = (flags & 8U) != 0;
  if (packet.dup && qos == 0) return Fault::dup_at_qos_0;

  Reader reader(frame.body);
  if (!reader.text(packet.topic)) return Fault::truncated;
  // Without a topic the alias decides, which comes later.
  if (!packet.topic.empty()) {
    if (const Fault fault = topic_name_fault(packet.topic); fault != Fault::none) return fault;
  }
  packet.packet_id = 0;
  if (qos > 0) {
    if (!reader.two_bytes(packet.packet_id)) return Fault::truncated;
    if (packet.packet_id == 0) return Fault::zero_packet_id;
  }
  packet.topic_alias = 0;
  packet.properties = Properties();
  if (version == Version::mqtt_5) {
    const Fault fault =
        read_property_list(reader, PropertyContext::publish, packet.properties, packet.topic_alias);
    if (fault != Fault::none) return fault;
  }
  if (packet.topic.empty() && packet.topic_alias == 0) {
    return version == Version::mqtt_5 ? Fault::missing_topic : Fault::invalid_topic_name;
  }
  packet.payload = reader.rest();
  return Fault::none;
}

}  // namespace mqrig::wire
