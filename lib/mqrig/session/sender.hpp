// The sending half of QoS 1 and 2, of both roles: packet identifiers, messages in flight,
// resending.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <mqrig/session/error.hpp>
#include <mqrig/session/limits.hpp>
#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::session {

// Messages are kept, encoded, in slots that are indexed by packet identifier and linked in the
// order in which they were sent or released: an acknowledgement costs the same whatever the number
// in flight. Slots are reused first in, first out, so the identifiers in use stay few and dense.
// Owns no memory until the first QoS 1 or 2 message or request.
class Sender {
 public:
  // What an acknowledgement meant.
  struct Outcome {
    bool completed = false;   // false: the exchange goes on, or the identifier is not known
    bool taken_over = false;  // by the first PUBREC of a QoS 2 message: the exchange goes on
    std::uint64_t token = 0;
    wire::ReasonCode reason = wire::ReasonCode::success;  // how the receiver took the message
  };

  // `window`: how many messages may be in flight on this connection, at least 1; `qos_2_window`:
  // how many of them at QoS 2.
  void set_window(std::uint16_t window, std::uint16_t qos_2_window) noexcept;

  // An identifier is used again after so many others, at the least: a late acknowledgement that a
  // client sends twice does not hit the next message. At first it may be used at once.
  void set_rotation(std::uint16_t identifiers) noexcept { rotation_ = identifiers; }

  // May another message of this QoS be sent now? False also while messages of an earlier connection
  // wait to be resent: they go first [MQTT-4.6.0-1].
  bool ready(wire::QoS qos) const noexcept { return !resending() && window_is_open(qos); }
  // Uncompleted messages, those that wait to be resent included.
  std::size_t pending() const noexcept { return pending_; }

  // An unused, non-zero identifier [MQTT-2.2.1-3]; 0 when all 65,535 are in use.
  wire::PacketId allocate(std::uint64_t token);
  // Gives back an allocated identifier with which nothing was sent.
  void release(wire::PacketId id) noexcept { free_slot(id); }
  // Keeps the encoded PUBLISH that was just sent with an allocated identifier.
  void keep(wire::PacketId id, wire::QoS qos, wire::ByteView packet);
  // Marks an allocated identifier as that of a SUBSCRIBE or UNSUBSCRIBE with `count` filters.
  void keep_request(wire::PacketId id, wire::PacketType request, std::size_t count) noexcept;

  // PUBACK, PUBREC, PUBCOMP; PUBREL is appended where one is due [MQTT-4.3.3-4].
  Outcome acknowledged(const wire::Ack& ack, wire::Version version, wire::Buffer& out);
  // SUBACK, UNSUBACK; not completed when the identifier is not that of such a request, or `count`
  // (where the version has one) differs from the number of filters.
  Outcome answered(wire::PacketId id, wire::PacketType request,
                   std::optional<std::size_t> count) noexcept;

  // The connection is gone: requests are forgotten, messages stay.
  void connection_lost() noexcept;
  // A new connection stands. With the session present, messages are resent with their identifiers
  // and DUP [MQTT-4.4.0-1]; without it the receiver knows none of them, and all are sent as new.
  // Nothing goes out until resend().
  void resume(bool session_present, wire::Version version);
  // Sends what resume() queued, as far as the window allows and until `out` holds `enough` bytes:
  // PUBRELs first, then PUBLISHs in their original order.
  void resend(const Limits& limits, wire::Buffer& out, std::size_t enough);
  bool resending() const noexcept { return waiting_.head != 0; }
  // Messages that the new connection cannot carry are taken out one by one; completed is false when
  // there is none.
  Outcome take_refused() noexcept;
  bool has_refused() const noexcept { return refused_.head != 0; }

  void dump(wire::Buffer& out) const;
  // False when the bytes are damaged; takes what it reads off the front.
  bool restore(wire::ByteView& bytes);
  // The same from a store that keeps messages one by one, for a sender that was never resumed: a
  // PUBLISH with this identifier and DUP 0 that was sent, and `released` if PUBREC came. Call in
  // the order of sending; `version` is that of all packets. False when the packet is not that, or
  // the identifier is taken.
  bool restore(wire::PacketId id, std::uint64_t token, wire::Version version,
               wire::ByteView publish, bool released);

  // Calls visit(std::uint64_t token, bool released) for each uncompleted message; released ones,
  // which the receiver has taken over, come first, the others in the order of sending.
  template <class Visitor>
  void for_each_pending(Visitor visit) const {
    for (const List& list : {released_, published_, waiting_, refused_}) {
      for (wire::PacketId id = list.head; id != 0; id = at(id).next) {
        visit(at(id).token, at(id).state == State::released);
      }
    }
  }
  // Calls visit(wire::PacketId id, std::uint64_t token, bool released) in the order in which
  // restore(id, …) is to be called again, for an owner that keeps the messages itself.
  template <class Visitor>
  void for_each_identifier(Visitor visit) const {
    for (const List& list : {released_, published_, waiting_, refused_}) {
      for (wire::PacketId id = list.head; id != 0; id = at(id).next) {
        visit(id, at(id).token, at(id).state == State::released);
      }
    }
  }
  // The time that messages have waited for a new connection is taken off their Message Expiry
  // Interval [MQTT-3.3.2-6]: calls seconds_left(std::uint64_t token), a std::uint32_t, for each
  // uncompleted PUBLISH that has one, and puts the result in its place. Call before resend().
  template <class SecondsLeft>
  void update_expiry(SecondsLeft seconds_left) {
    for (const List& list : {published_, waiting_}) {
      for (wire::PacketId id = list.head; id != 0; id = at(id).next) {
        std::uint8_t* const seconds = expiry_of(at(id));
        if (seconds != nullptr) put_seconds(seconds, seconds_left(at(id).token));
      }
    }
  }

  // The identifier of the PUBLISH that was sent last; of no meaning once it is acknowledged.
  wire::PacketId last_sent() const noexcept { return published_.tail; }

  // Gives back the memory of a sender that awaits nothing.
  void shrink() noexcept;

 private:
  enum class State : std::uint8_t {
    free,
    allocated,
    request,    // awaits SUBACK or UNSUBACK
    published,  // awaits PUBACK or PUBREC
    released,   // awaits PUBCOMP
    refused,    // cannot be resent under the limits of the new connection
  };

  static constexpr std::size_t most_slots = 65'535;

  struct Slot {
    std::uint64_t token = 0;
    std::unique_ptr<std::uint8_t[]> packet;
    std::uint32_t size = 0;  // of the packet; the number of filters of a request
    std::uint32_t capacity = 0;
    wire::PacketId previous = 0;  // in the list that the slot is in
    wire::PacketId next = 0;
    State state = State::free;
    wire::QoS qos = wire::QoS::at_most_once;
    wire::PacketType request{};
    wire::ReasonCode reason{};  // of PUBREC, or of the refusal
    bool sent = false;          // to a receiver that remembers it: sent again with DUP
    bool waiting = false;       // to be resent
  };

  // Slots in the order in which they came, linked through themselves. 0 is no slot.
  struct List {
    wire::PacketId head = 0;
    wire::PacketId tail = 0;
  };

  Slot& at(wire::PacketId id) noexcept { return slots_[id - 1U]; }
  const Slot& at(wire::PacketId id) const noexcept { return slots_[id - 1U]; }
  Slot* find(wire::PacketId id) noexcept;
  void push(List& list, wire::PacketId id) noexcept;
  void remove(List& list, wire::PacketId id) noexcept;

  void store(Slot& slot, wire::ByteView packet);
  Outcome received(Slot* slot, const wire::Ack& pubrec, wire::Version version, wire::Buffer& out);
  Outcome finish(wire::PacketId id, wire::ReasonCode reason) noexcept;
  void free_slot(wire::PacketId id) noexcept;
  void resume_all(List list, bool session_present, wire::Version version);
  void refuse(wire::PacketId id, wire::ReasonCode reason) noexcept;
  bool convert(Slot& slot, wire::Version version);
  bool window_is_open(wire::QoS qos) const noexcept {
    return in_flight_ < window_ &&
           (qos != wire::QoS::exactly_once || in_flight_qos_2_ < qos_2_window_);
  }
  void count_in_flight(const Slot& slot) noexcept;
  void send_again(wire::PacketId id, wire::Buffer& out);
  void dump_all(const List& list, wire::Buffer& out) const;
  bool restore_message(wire::ByteView& bytes);
  Slot* restore_slot(wire::PacketId id);
  std::uint8_t* expiry_of(Slot& slot) const noexcept;
  static void put_seconds(std::uint8_t* at, std::uint32_t seconds) noexcept;

  std::vector<Slot> slots_;  // index: packet id - 1
  List free_;
  List published_;  // in the order of the PUBLISHs
  List released_;   // in the order of the PUBRECs
  List waiting_;    // released ones before published ones
  List refused_;
  std::uint32_t pending_ = 0;
  std::uint16_t in_flight_ = 0;  // sent on this connection, uncompleted
  std::uint16_t in_flight_qos_2_ = 0;
  std::uint16_t window_ = 1;
  std::uint16_t qos_2_window_ = 1;
  std::uint16_t rotation_ = 1;
  wire::Version version_ = wire::Version::mqtt_5;  // of the kept packets
};

}  // namespace mqrig::session
