#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/property_list.hpp>

namespace mqrig::wire {

namespace {

std::uint8_t options(Version version, const Subscription& subscription) {
  unsigned bits = static_cast<unsigned>(subscription.qos);
  if (version == Version::mqtt_5) {
    if (subscription.no_local) bits |= 0x04U;
    if (subscription.retain_as_published) bits |= 0x08U;
    bits |= static_cast<unsigned>(subscription.retain_handling) << 4;
  }
  return static_cast<std::uint8_t>(bits);
}

}  // namespace

bool encode_subscribe(Buffer& out, Version version, PacketId packet_id,
                      std::span<const Subscription> subscriptions, Properties properties) {
  std::size_t size = 2 + property_list_size(version, properties);
  for (const Subscription& subscription : subscriptions) size += 2 + subscription.filter.size() + 1;
  return append_packet(out, first_byte(PacketType::subscribe, 2), size, [&](Writer& writer) {
    writer.two_bytes(packet_id);
    write_property_list(writer, version, properties);
    for (const Subscription& subscription : subscriptions) {
      writer.text(subscription.filter);
      writer.byte(options(version, subscription));
    }
  });
}

bool encode_unsubscribe(Buffer& out, Version version, PacketId packet_id,
                        std::span<const std::string_view> filters, Properties properties) {
  std::size_t size = 2 + property_list_size(version, properties);
  for (const std::string_view filter : filters) size += 2 + filter.size();
  return append_packet(out, first_byte(PacketType::unsubscribe, 2), size, [&](Writer& writer) {
    writer.two_bytes(packet_id);
    write_property_list(writer, version, properties);
    for (const std::string_view filter : filters) writer.text(filter);
  });
}

}  // namespace mqrig::wire
