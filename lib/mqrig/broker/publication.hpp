// A message on its way to its subscribers.
#pragma once

#include <array>
#include <cstdint>

#include <mqrig/broker/message.hpp>
#include <mqrig/wire/buffer.hpp>

namespace mqrig::broker {

// What a Message Expiry Interval says; rounded up, so that a message which has not expired yet
// never says 0.
std::uint32_t seconds_left(session::Time expires_at, session::Time now) noexcept;

// Encodes the message once for each layout that its subscribers need (protocol version, QoS and
// retain flag), whatever their number, and makes the form that is kept when the first of them has
// to keep it. Used again from message to message, so that its memory is; what it views must live
// until the next begin().
class Publication {
 public:
  // An encoded PUBLISH without topic alias, subscription identifiers and DUP.
  struct Layout {
    wire::ByteView packet;
    std::size_t packet_id_offset = 0;  // where the packet identifier goes, above QoS 0
  };

  // What a client sent. The message expiry and the topic alias are taken out of its properties.
  // `source`: see Message::make().
  void begin(const wire::Publish& publish, session::Time now, std::uint64_t source = 0);
  // A message that is kept already.
  void begin(const MessagePtr& message);

  // With the properties that are forwarded; QoS and retain flag are those of the publisher.
  const wire::Publish& publish() const noexcept { return publish_; }
  session::Time expires_at() const noexcept { return expires_at_; }
  const MessagePtr& message();

  // The views live until the next call of begin() or layout(). Empty when the message is too large
  // for the protocol in this form.
  Layout layout(wire::Version version, wire::QoS qos, bool retain, session::Time now);

  // The properties of 5.0 for a subscriber: those of the message, what is left of its expiry
  // [MQTT-3.3.2-6], and subscription identifiers [MQTT-3.3.4-3]. Good until the next call.
  wire::Properties properties_for(std::span<const std::uint32_t> identifiers, session::Time now);

 private:
  struct Place {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;  // 0: not encoded yet
    std::uint32_t packet_id_offset = 0;
  };

  void reset() noexcept;
  void take_properties(wire::Properties properties, session::Time now);

  wire::Publish publish_;
  session::Time expires_at_ = session::never;
  std::uint64_t source_ = 0;
  MessagePtr message_;
  wire::PropertyWriter forwarded_;   // when the received properties can't be forwarded as they are
  wire::PropertyWriter subscriber_;  // of properties_for()
  wire::Buffer layouts_;
  std::array<Place, 12> places_;  // two families of versions, three QoS, two retain flags
};

}  // namespace mqrig::broker
