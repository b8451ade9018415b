#pragma once

#include <cstddef>
#include <cstdint>
#include <mqrig/net/stream.hpp>
#include <mqrig/net/web_socket_frame.hpp>
#include <span>
#include <string>
#include <string_view>

namespace mqrig::net {

// What one end of a WebSocket sends: data as binary messages, and control frames between them.
// Keeps no data: a frame that the stream below takes a part of is gone on with by the next write,
// which has the bytes that this one has not taken. Private to this room.
class WebSocketOutput {
 public:
  // Of a frame's payload: a write takes no more. Peers may keep a frame back until all of it has
  // come.
  static constexpr std::size_t max_payload = 128 * 1024;

  explicit WebSocketOutput(WebSocketRole role) : role_(role) {}

  // Bytes as they are, before any frame.
  void send_first(std::string bytes);
  // Many that have not begun to leave, for a peer that does not read, are as good as the last of
  // them [RFC 6455, section 5.5.3].
  void send_pong(std::string_view payload);
  // The last frame: later ones are not sent, and writes have std::errc::broken_pipe. No status if
  // `code` is 0. In the middle of a frame, nothing can be sent.
  void send_close(std::uint16_t code);
  bool closing() const { return closing_; }

  // Sends what may leave, as far as it goes.
  void flush(Stream& below);
  // Something may leave, but the stream below takes no more for now.
  bool pending() const { return !out_.empty() || (frame_left_ == 0 && !control_.empty()); }
  // Of the stream below; later writes have it too.
  std::error_code error() const { return error_; }

  // One binary message, or what is left of one. As Stream::write_some().
  IoResult write(Stream& below, std::span<const std::uint8_t> from);

 private:
  IoResult begin_frame(Stream& below, std::span<const std::uint8_t> from);
  IoResult continue_frame(Stream& below, std::span<const std::uint8_t> from);
  void took(std::size_t count);
  std::string control(WebSocketOpcode opcode, std::string_view payload) const;

  std::string out_;      // on its way: the handshake, the rest of a header or of a control frame
  std::string control_;  // whole control frames that have not begun to leave
  std::size_t last_pong_ = 0;  // where in them the last pong begins
  std::error_code error_;
  std::uint32_t frame_done_ = 0;  // of the payload of the frame that has begun
  std::uint32_t frame_left_ = 0;
  WebSocketMask mask_{};
  WebSocketRole role_;
  bool closing_ = false;
};

}  // namespace mqrig::net
