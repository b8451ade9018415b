#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/property_reader.hpp>
#include <mqrig/wire/reader.hpp>
#include <mqrig/wire/topic_fault.hpp>

namespace mqrig::wire {

namespace {

// Packet identifier and properties, which both packets begin with.
template <class Packet>
Fault read_head(Reader& reader, Version version, PropertyContext context, Packet& packet) {
  if (!reader.two_bytes(packet.packet_id)) return Fault::truncated;
  if (packet.packet_id == 0) return Fault::zero_packet_id;
  const Fault fault = read_property_list(reader, version, context, packet.properties);
  if (fault != Fault::none) return fault;
  packet.entries = reader.rest();
  return packet.entries.empty() ? Fault::empty_payload : Fault::none;
}

// Section 3.8.3.1; below 5.0 all bits but the QoS are reserved.
Fault check_options(std::uint8_t options, Version version, std::string_view filter) {
  const unsigned qos = options & 3U;
  const unsigned retain_handling = options >> 4 & 3U;
  const unsigned reserved = version == Version::mqtt_5 ? 0xC0U : 0xFCU;
  if ((options & reserved) != 0) return Fault::invalid_subscription_options;
  if (qos == 3 || retain_handling == 3) return Fault::undefined_subscription_option;
  const bool no_local = (options & 4U) != 0;
  return no_local && is_shared(filter) ? Fault::shared_no_local : Fault::none;
}

bool read_subscription(Reader& reader, std::string_view& filter, std::uint8_t& options) {
  return reader.text(filter) && reader.byte(options);
}

}  // namespace

Fault decode(const Frame& frame, Version version, Subscribe& packet) noexcept {
  Reader reader(frame.body);
  Fault fault = read_head(reader, version, PropertyContext::subscribe, packet);
  while (fault == Fault::none && !reader.at_end()) {
    std::string_view filter;
    std::uint8_t options = 0;
    if (!read_subscription(reader, filter, options)) return Fault::truncated;
    fault = topic_filter_fault(filter);
    if (fault == Fault::none) fault = check_options(options, version, filter);
  }
  return fault;
}

Fault decode(const Frame& frame, Version version, Unsubscribe& packet) noexcept {
  Reader reader(frame.body);
  Fault fault = read_head(reader, version, PropertyContext::unsubscribe, packet);
  while (fault == Fault::none && !reader.at_end()) {
    std::string_view filter;
    if (!reader.text(filter)) return Fault::truncated;
    fault = topic_filter_fault(filter);
  }
  return fault;
}

bool next_subscription(ByteView& entries, Version version, Subscription& subscription) noexcept {
  Reader reader(entries);
  std::uint8_t options = 0;
  if (!read_subscription(reader, subscription.filter, options)) return false;
  entries = reader.rest();
  subscription.qos = static_cast<QoS>(options & 3U);
  const bool extended = version == Version::mqtt_5;
  subscription.no_local = extended && (options & 4U) != 0;
  subscription.retain_as_published = extended && (options & 8U) != 0;
  subscription.retain_handling =
      extended ? static_cast<RetainHandling>(options >> 4 & 3U) : RetainHandling::send;
  return true;
}

bool next_filter(ByteView& entries, std::string_view& filter) noexcept {
  Reader reader(entries);
  if (!reader.text(filter)) return false;
  entries = reader.rest();
  return true;
}

}  // namespace mqrig::wire
