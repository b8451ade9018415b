// The receiving half of QoS 1 and 2, of both roles: duplicate suppression and acknowledgement in
// order.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <mqrig/session/packet_id_set.hpp>
#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::session {

// Each QoS 1 or 2 message that is to be delivered gets a receipt, a number from 1 on that grows
// from message to message for the life of the session, with gaps where duplicates came.
// Acknowledging a receipt sends PUBACK or PUBREC, in the order of reception [MQTT-4.6.0-2]
// [MQTT-4.6.0-3]: an acknowledgement given early waits for those before it. Receipts of a
// connection that has ended may still be acknowledged: nothing is sent, and a QoS 2 message counts
// as taken over. Owns no memory until the first QoS 1 or 2 message, and none after shrink() while
// nothing is unacknowledged and unreleased.
class Receiver {
 public:
  enum class Verdict : std::uint8_t { deliver, duplicate, quota_exceeded };

  // An incoming PUBLISH with QoS 1 or 2. `receive_maximum` is what we announced. With `deliver` the
  // receipt is set; a duplicate is acknowledged as soon as the first delivery is, by flush().
  Verdict received(const wire::Publish& publish, std::uint16_t receive_maximum,
                   std::uint64_t& receipt);
  // An error (0x80 and above) ends a QoS 2 exchange; versions below 5.0 send success in any case,
  // and a code that the packet may not carry becomes success or unspecified_error. Unknown receipts
  // are ignored.
  void acknowledge(std::uint64_t receipt, wire::ReasonCode reason, wire::Version version,
                   wire::Buffer& out);
  // The receipt and all before it, with success.
  void acknowledge_through(std::uint64_t receipt, wire::Version version, wire::Buffer& out);
  // Sends what is due at the head of the queue.
  void flush(wire::Version version, wire::Buffer& out);
  // PUBREL: answers PUBCOMP [MQTT-4.3.3-11]. False when the identifier is not known.
  bool released(const wire::Ack& pubrel, wire::Version version, wire::Buffer& out);

  // Delivered and not acknowledged.
  std::size_t unacknowledged() const noexcept { return state_ ? state_->count : 0; }
  // QoS 2 messages for which no PUBREL has come.
  std::size_t unreleased() const noexcept { return state_ ? state_->unreleased.size() : 0; }

  void connection_lost() noexcept;
  // A new connection stands; without the session the peer has forgotten its identifiers.
  void resume(bool session_present) noexcept;

  // Saves which QoS 2 messages were taken over; one that was not acknowledged yet is delivered
  // again when the peer resends it after restore().
  void dump(wire::Buffer& out) const;
  // The identifiers that dump() saves, for restore(id).
  PacketIdSet taken_over() const;
  bool restore(wire::ByteView& bytes);
  // The same from a store that keeps identifiers one by one: this QoS 2 message was taken over.
  // False for 0 and for one that is there already.
  bool restore(wire::PacketId id);

  // Gives back memory that holds nothing.
  void shrink() noexcept;

 private:
  struct Entry {
    wire::PacketId id;
    wire::QoS qos;
    wire::ReasonCode reason;
    bool done;       // acknowledged by the application
    bool current;    // of this connection: the peer awaits the packet
    bool forgotten;  // of a session that the peer has lost
  };

  // Most sessions never receive QoS 1 or 2.
  struct State {
    Entry& at(std::size_t offset) noexcept { return ring[(head + offset) & (ring.size() - 1)]; }
    void push(const Entry& entry);
    Entry pop() noexcept;

    std::vector<Entry> ring;  // a power of two
    PacketIdSet unreleased;
    std::uint32_t head = 0;
    std::uint32_t count = 0;
    std::uint32_t in_use = 0;  // of the receive maximum, on this connection
  };

  State& state();
  void reject_duplicates(std::size_t offset) noexcept;
  void finish(const Entry& entry, wire::Version version, wire::Buffer& out);

  std::unique_ptr<State> state_;
  std::uint64_t first_receipt_ = 1;  // of the entry at the head
};

}  // namespace mqrig::session
