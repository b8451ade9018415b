#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mqrig::net {

// Which end of a WebSocket somebody is: clients mask what they send, and servers don't
// [RFC 6455, section 5.1].
enum class WebSocketRole : std::uint8_t { client, server };

enum class WebSocketOpcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

// What may be wrong with frames.
enum class WebSocketFault : std::uint8_t {
  none,
  reserved_bits,
  unknown_opcode,
  masked,                   // by a server
  unmasked,                 // by a client
  text,                     // MQTT is in binary messages only [MQTT-6.0.0-1]
  unexpected_frame,         // a message begins inside of another
  unexpected_continuation,  // of no message
  fragmented_control,
  long_control,  // more than 125 bytes
  bad_length,    // more than 63 bits, or not in the shortest form
  bad_close,     // a payload of one byte, or a code that is none
  bad_reason     // a close reason that is not UTF-8
};

// The status code of the close frame that answers it.
std::uint16_t close_code(WebSocketFault fault);
// What the peer did, as the rest of a sentence: "sent a text message, ...".
std::string_view fault_text(WebSocketFault fault);

using WebSocketMask = std::array<std::uint8_t, 4>;

// Masks or unmasks, from one place to another that may overlap it if it does not lie behind.
// `phase` is how much of the frame's payload came before.
void apply_mask(std::span<const std::uint8_t> from, std::uint8_t* into, WebSocketMask mask,
                std::uint64_t phase);

// What goes before the payload of a frame that is a whole message.
class WebSocketHeader {
 public:
  static constexpr std::size_t max_size = 14;

  // No mask: null.
  WebSocketHeader(WebSocketOpcode opcode, std::uint64_t payload_size, const WebSocketMask* mask);
  std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_}; }

 private:
  void append(std::uint64_t value, std::size_t size);

  std::array<std::uint8_t, max_size> bytes_;
  std::size_t size_ = 0;
};

// A whole control frame. `payload` has at most 125 bytes.
std::string encode_control(WebSocketOpcode opcode, std::string_view payload,
                           const WebSocketMask* mask);

// Takes the frames of a peer apart, however its bytes are split, and keeps nothing of their data.
// Lengths have no bound but that of the protocol. Private to this room.
class WebSocketDecoder {
 public:
  explicit WebSocketDecoder(WebSocketRole peer) : peer_(peer) {}

  enum class Event : std::uint8_t { none, ping, close, fault };
  struct Result {
    std::size_t taken = 0;  // of the bytes
    std::size_t data = 0;   // written, from `into` on
    Event event = Event::none;
  };

  // Goes on until the bytes are used up, or to an event; then the rest is to be fed again, except
  // after a close or a fault, behind which nothing counts. Data goes to `into`, which is the place
  // of the bytes or before it, or lies elsewhere with room for as much.
  Result feed(std::span<const std::uint8_t> bytes, std::uint8_t* into);

  // After a ping or a close: its payload, until the next call.
  std::string_view control() const { return control_; }
  WebSocketFault fault() const { return fault_; }

 private:
  std::size_t missing_header() const;
  std::size_t header_size() const;
  void begin_frame();
  WebSocketFault check_first_bytes() const;
  bool read_length();
  Event end_control();

  WebSocketOpcode opcode() const { return WebSocketOpcode(header_[0] & 0x0F); }
  bool is_control() const { return (header_[0] & 0x08) != 0; }
  bool final() const { return (header_[0] & 0x80) != 0; }

  std::uint64_t size_ = 0;  // of the frame's payload
  std::uint64_t done_ = 0;  // of it
  std::string control_;
  std::array<std::uint8_t, WebSocketHeader::max_size> header_{};
  std::uint8_t header_have_ = 0;
  WebSocketMask mask_{};
  WebSocketRole peer_;
  WebSocketFault fault_ = WebSocketFault::none;
  bool in_payload_ = false;
  bool in_message_ = false;  // a fragment was not the last
};

}  // namespace mqrig::net
