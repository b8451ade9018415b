// Decodes any packet and encodes what it read: what goes in must come out with the same meaning.
#pragma once

#include <vector>

#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::wire::test {

inline Fault recode_connect(const Frame& frame, Buffer& out, Version& version) {
  Connect packet;
  const Fault fault = decode(frame, packet);
  if (fault != Fault::none) return fault;
  version = packet.version;
  encode(out, packet);
  return Fault::none;
}

template <class Packet>
Fault recode_as(const Frame& frame, Version version, Buffer& out) {
  Packet packet;
  const Fault fault = decode(frame, version, packet);
  if (fault == Fault::none) encode(out, version, packet);
  return fault;
}

inline Fault recode_auth(const Frame& frame, Version version, Buffer& out) {
  Auth packet;
  const Fault fault = decode(frame, version, packet);
  if (fault == Fault::none) encode(out, packet);
  return fault;
}

inline Fault recode_subscribe(const Frame& frame, Version version, Buffer& out) {
  Subscribe packet;
  const Fault fault = decode(frame, version, packet);
  if (fault != Fault::none) return fault;
  std::vector<Subscription> subscriptions;
  ByteView entries = packet.entries;
  for (Subscription one; next_subscription(entries, version, one);) subscriptions.push_back(one);
  encode_subscribe(out, version, packet.packet_id, subscriptions, packet.properties);
  return Fault::none;
}

inline Fault recode_unsubscribe(const Frame& frame, Version version, Buffer& out) {
  Unsubscribe packet;
  const Fault fault = decode(frame, version, packet);
  if (fault != Fault::none) return fault;
  std::vector<std::string_view> filters;
  ByteView entries = packet.entries;
  for (std::string_view one; next_filter(entries, one);) filters.push_back(one);
  encode_unsubscribe(out, version, packet.packet_id, filters, packet.properties);
  return Fault::none;
}

inline Fault recode_ping(const Frame& frame, Buffer& out) {
  const Fault fault = decode_ping(frame);
  if (fault != Fault::none) return fault;
  frame.type() == PacketType::pingreq ? encode_pingreq(out) : encode_pingresp(out);
  return Fault::none;
}

// Appends the packet to `out` unless a fault is found. CONNECT sets the version.
inline Fault recode(const Frame& frame, Version& version, Buffer& out) {
  switch (frame.type()) {
    case PacketType::connect:
      return recode_connect(frame, out, version);
    case PacketType::connack:
      return recode_as<Connack>(frame, version, out);
    case PacketType::publish:
      return recode_as<Publish>(frame, version, out);
    case PacketType::puback:
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp:
      return recode_as<Ack>(frame, version, out);
    case PacketType::subscribe:
      return recode_subscribe(frame, version, out);
    case PacketType::unsubscribe:
      return recode_unsubscribe(frame, version, out);
    case PacketType::suback:
    case PacketType::unsuback:
      return recode_as<SubscriptionAck>(frame, version, out);
    case PacketType::pingreq:
    case PacketType::pingresp:
      return recode_ping(frame, out);
    case PacketType::disconnect:
      return recode_as<Disconnect>(frame, version, out);
    case PacketType::auth:
      return recode_auth(frame, version, out);
  }
  return Fault::invalid_packet_type;
}

}  // namespace mqrig::wire::test
