// Encoding of packets: appended to a buffer, one size computation and one pass.
//
// The caller passes valid values (strings of at most 65,535 bytes, valid topics, packet ids where
// the QoS asks for one); encoding checks only what would corrupt the stream: the functions return
// false and append nothing when the packet would exceed the largest remaining length. Properties,
// reason codes and subscription options that a version below 5.0 does not know are left out.
#pragma once

#include <span>
#include <string_view>

#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::wire {

bool encode(Buffer& out, const Connect& packet);
bool encode(Buffer& out, Version version, const Connack& packet);
bool encode(Buffer& out, Version version, const Publish& packet);
// In 5.0 reason and properties are left out when they are success and empty, sections 3.4.2.1
// and 3.4.2.2.
bool encode(Buffer& out, Version version, const Ack& packet);
bool encode_subscribe(Buffer& out, Version version, PacketId packet_id,
                      std::span<const Subscription> subscriptions, Properties properties);
bool encode_unsubscribe(Buffer& out, Version version, PacketId packet_id,
                        std::span<const std::string_view> filters, Properties properties);
bool encode(Buffer& out, Version version, const SubscriptionAck& packet);
void encode_pingreq(Buffer& out);
void encode_pingresp(Buffer& out);
bool encode(Buffer& out, Version version, const Disconnect& packet);
bool encode(Buffer& out, const Auth& packet);

// The size of the whole packet that encode() would append; 0 when it is too large for the protocol.
// For the peer's Maximum Packet Size [MQTT-3.2.2-15].
std::size_t encoded_size(Version version, const Publish& packet) noexcept;

}  // namespace mqrig::wire
