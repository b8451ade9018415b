#pragma once

#include <memory>
#include <mqrig/net/layer.hpp>
#include <mqrig/net/web_socket_frame.hpp>
#include <mqrig/net/web_socket_handshake.hpp>
#include <mqrig/net/web_socket_output.hpp>

namespace mqrig::net {

// A WebSocket of either role on the stream below. Data is unframed in the buffer of who reads, so
// that an idle one has no buffer. Private to this room.
class WebSocketStream final : public Layer, private StreamHandler {
 public:
  WebSocketStream(std::unique_ptr<Stream> below, WebSocketRole role,
                  std::unique_ptr<WebSocketHandshake> handshake);
  ~WebSocketStream() override { close(); }

  Progress handshake(std::error_code& error) override;
  void set_handler(StreamHandler* handler) override { handler_ = handler; }
  void wait_readable() override;
  void wait_writable() override;
  IoResult read_some(std::span<std::uint8_t> into) override;
  IoResult write_some(std::span<const std::uint8_t> from) override;
  void shutdown_send() override;
  void close() override;
  std::string description() const override { return below_->description(); }
  std::string peer_address() const override { return below_->peer_address(); }
  std::string failure() const override;
  std::vector<std::string> facts() const override;
  std::string peer_identity() const override { return below_->peer_identity(); }

 private:
  enum class State : std::uint8_t {
    handshaking,
    refusing,  // the peer is to read why, and to end
    open,
    over  // error_ says how
  };

  void on_readable() override;
  void on_writable() override;
  void arm();
  bool tell_readable();
  bool tell_writable();

  bool opening() const { return state_ == State::handshaking || state_ == State::refusing; }
  bool waits_to_read() const;
  void advance();
  void read_handshake();
  void settle_handshake(std::string_view behind);
  void await_end();
  void end(std::error_code error);

  IoResult receive(std::span<std::uint8_t> into);
  std::size_t unframe(std::span<std::uint8_t> bytes);
  void closed_by_peer();
  void flush();

  std::unique_ptr<Stream> below_;
  StreamHandler* handler_ = nullptr;
  std::unique_ptr<WebSocketHandshake> handshake_;  // null when agreed
  WebSocketDecoder decoder_;
  WebSocketOutput output_;
  std::string early_;  // frames that came along with the handshake
  std::string fact_;
  std::string failure_;
  std::error_code error_;
  WebSocketRole role_;
  State state_ = State::handshaking;
  bool wants_to_read_ = false;
  bool wants_to_write_ = false;
  bool shutting_down_ = false;  // below, when all has been sent
};

}  // namespace mqrig::net
