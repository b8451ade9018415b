// How a WebSocket opens: the half of WebSocketStream that comes before the frames.
#include <array>
#include <mqrig/net/error.hpp>
#include <mqrig/net/web_socket_stream.hpp>
#include <utility>

namespace mqrig::net {
namespace {

// A peer that sends without end must not keep others waiting.
constexpr int max_reads = 16;

using Buffer = std::array<std::uint8_t, 4096>;

}  // namespace

void WebSocketStream::advance() {
  flush();
  if (output_.pending()) return;
  if (state_ == State::handshaking) read_handshake();
  if (state_ == State::refusing) await_end();
}

void WebSocketStream::read_handshake() {
  Buffer buffer;
  for (int i = 0; i < max_reads && state_ == State::handshaking; ++i) {
    const IoResult result = below_->read_some(buffer);
    if (result.error == Error::end_of_stream) {
      handshake_->end();
      return settle_handshake({});
    }
    if (result.error) return end(result.error);
    if (result.count == 0) return;
    const std::string_view bytes(reinterpret_cast<const char*>(buffer.data()), result.count);
    const std::size_t taken = handshake_->feed(bytes);
    if (handshake_->state() != WebSocketHandshake::State::wants_more) {
      settle_handshake(bytes.substr(taken));
    }
  }
}

// The handshake has come to its end; `behind` is what came along.
void WebSocketStream::settle_handshake(std::string_view behind) {
  const auto done = std::move(handshake_);
  std::string answer = done->take_output();
  if (done->state() == WebSocketHandshake::State::agreed) {
    state_ = State::open;
    fact_ = done->fact();
    early_ = behind;
  } else {
    failure_ = done->failure();
    state_ = answer.empty() ? State::over : State::refusing;
    error_ = done->unauthorised() ? Error::web_socket_unauthorised : Error::web_socket_refused;
    shutting_down_ = state_ == State::refusing;
  }
  output_.send_first(std::move(answer));
  flush();
  arm();  // waits are for other things from here on
}

// Closed at once, with bytes of the peer not read, the connection would be reset, and the peer
// could not read the answer.
void WebSocketStream::await_end() {
  if (output_.pending()) return;
  Buffer buffer;
  for (int i = 0; i < max_reads; ++i) {
    const IoResult result = below_->read_some(buffer);
    if (result.error) state_ = State::over;
    if (result.count == 0) return;
  }
}

}  // namespace mqrig::net
