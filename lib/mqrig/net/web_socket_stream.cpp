#include <algorithm>
#include <cstring>
#include <mqrig/net/error.hpp>
#include <mqrig/net/peer_text.hpp>
#include <mqrig/net/web_socket_stream.hpp>
#include <utility>

namespace mqrig::net {
namespace {

constexpr std::uint16_t normal_closure = 1000;
constexpr std::uint16_t going_away = 1001;

// A peer of many small control frames must not keep others waiting; enough for a header that
// comes byte by byte.
constexpr int max_reads = 16;

constexpr WebSocketRole other(WebSocketRole role) {
  return role == WebSocketRole::client ? WebSocketRole::server : WebSocketRole::client;
}

std::string_view name(WebSocketRole role) {
  return role == WebSocketRole::client ? "the client" : "the server";
}

std::string_view code_text(unsigned code) {
  switch (code) {
    case 1001:
      return " (going away)";
    case 1002:
      return " (protocol error)";
    case 1003:
      return " (unsupported data)";
    case 1007:
      return " (invalid data)";
    case 1008:
      return " (policy violation)";
    case 1009:
      return " (message too big)";
    case 1011:
      return " (internal error)";
    case 1012:
      return " (service restart)";
    case 1013:
      return " (try again later)";
    default:
      return "";
  }
}

}  // namespace

WebSocketStream::WebSocketStream(std::unique_ptr<Stream> below, WebSocketRole role,
                                 std::unique_ptr<WebSocketHandshake> handshake)
    : below_(std::move(below)),
      handshake_(std::move(handshake)),
      decoder_(other(role)),
      output_(role),
      role_(role) {
  below_->set_handler(this);
  output_.send_first(handshake_->take_output());
}

Layer::Progress WebSocketStream::handshake(std::error_code& error) {
  if (opening()) advance();
  error = error_;
  if (state_ == State::open) return Progress::done;
  if (state_ == State::over) return Progress::failed;
  return output_.pending() ? Progress::wants_write : Progress::wants_read;
}

void WebSocketStream::wait_readable() {
  wants_to_read_ = true;
  arm();
}

void WebSocketStream::wait_writable() {
  wants_to_write_ = true;
  arm();
}

// Waits below for what the waits of the user need. What is here already is told when the stream
// below is writable, which comes from the event loop and soon; if it is not, then our last frames
// are still to leave first.
void WebSocketStream::arm() {
  if (output_.pending()) below_->wait_writable();
  if (!wants_to_read_ && !wants_to_write_) return;
  if (opening()) {
    if (!output_.pending()) below_->wait_readable();
    return;
  }
  if (wants_to_write_ || !early_.empty() || state_ == State::over) below_->wait_writable();
  if (wants_to_read_) below_->wait_readable();
}

// Each of these two is the last thing that is done: the handler may destroy us.
bool WebSocketStream::tell_readable() {
  if (!std::exchange(wants_to_read_, false)) return false;
  arm();
  if (handler_ != nullptr) handler_->on_readable();
  return true;
}

bool WebSocketStream::tell_writable() {
  if (!std::exchange(wants_to_write_, false)) return false;
  arm();
  if (handler_ != nullptr) handler_->on_writable();
  return true;
}

void WebSocketStream::on_readable() {
  if (tell_readable()) return;
  if (opening()) tell_writable();
}

void WebSocketStream::on_writable() {
  flush();
  if (!output_.pending() && tell_writable()) return;
  if ((opening() || !early_.empty() || state_ == State::over) && tell_readable()) return;
  arm();
}

IoResult WebSocketStream::read_some(std::span<std::uint8_t> into) {
  if (opening()) advance();
  if (opening()) return {};
  std::size_t data = 0;
  for (int i = 0; i < max_reads && data == 0 && state_ == State::open; ++i) {
    const IoResult received = receive(into);
    if (received.error) end(received.error);
    if (received.count == 0) break;
    data = unframe(into.first(received.count));
  }
  flush();
  if (data == 0 && state_ == State::over) return {0, error_};
  return {data, {}};
}

// Frames, as they come.
IoResult WebSocketStream::receive(std::span<std::uint8_t> into) {
  if (early_.empty()) return below_->read_some(into);
  const std::size_t count = std::min(into.size(), early_.size());
  std::memcpy(into.data(), early_.data(), count);
  early_.erase(0, count);
  if (early_.empty()) std::string().swap(early_);
  return {count, {}};
}

// Leaves of the bytes only the data, at their beginning, and says how much that is.
std::size_t WebSocketStream::unframe(std::span<std::uint8_t> bytes) {
  std::uint8_t* into = bytes.data();
  std::uint8_t* const begin = into;
  while (!bytes.empty() && state_ == State::open) {
    const WebSocketDecoder::Result result = decoder_.feed(bytes, into);
    bytes = bytes.subspan(result.taken);
    into += result.data;
    if (result.event == WebSocketDecoder::Event::ping) {
      output_.send_pong(decoder_.control());
    } else if (result.event == WebSocketDecoder::Event::close) {
      closed_by_peer();
    } else if (result.event == WebSocketDecoder::Event::fault) {
      failure_ = std::string(name(other(role_))).append(" ").append(fault_text(decoder_.fault()));
      output_.send_close(close_code(decoder_.fault()));
      state_ = State::over;
      error_ = Error::web_socket_failed;
    }
  }
  return static_cast<std::size_t>(into - begin);
}

void WebSocketStream::closed_by_peer() {
  const std::string_view payload = decoder_.control();
  std::uint16_t code = 0;
  if (!payload.empty()) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(payload[i]); };
    code = static_cast<std::uint16_t>(byte(0) << 8 | byte(1));
  }
  if (code != 0 && code != normal_closure) {
    failure_ = std::string(name(other(role_))) + " closed the WebSocket with status " +
               std::to_string(code);
    failure_ += code_text(code);
    if (payload.size() > 2) failure_ += ": " + peer_text(payload.substr(2));
  }
  output_.send_close(code);
  state_ = State::over;
  error_ = failure_.empty() ? Error::end_of_stream : Error::web_socket_closed;
}

// The stream below has ended, or failed.
void WebSocketStream::end(std::error_code error) {
  if (error == Error::end_of_stream && state_ == State::open && failure_.empty()) {
    failure_ = "without a close frame of the WebSocket";
  }
  state_ = State::over;
  error_ = error;
}

IoResult WebSocketStream::write_some(std::span<const std::uint8_t> from) {
  if (opening()) advance();
  if (opening()) return {};
  if (state_ == State::over && error_ != Error::end_of_stream) return {0, error_};
  const IoResult result = output_.write(*below_, from);
  if (output_.pending()) below_->wait_writable();
  return result;
}

// Sends what of ours is to be sent, later if it must be.
void WebSocketStream::flush() {
  output_.flush(*below_);
  if (output_.pending()) {
    below_->wait_writable();
  } else if (std::exchange(shutting_down_, false)) {
    below_->shutdown_send();
  }
}

void WebSocketStream::shutdown_send() {
  if (state_ == State::open) output_.send_close(normal_closure);
  shutting_down_ = true;
  flush();
}

void WebSocketStream::close() {
  handler_ = nullptr;
  if (state_ == State::open) {
    output_.send_close(going_away);
    output_.flush(*below_);
  }
  state_ = State::over;
  error_ = Error::closed;
  below_->close();
}

std::string WebSocketStream::failure() const {
  return failure_.empty() ? below_->failure() : failure_;
}

std::vector<std::string> WebSocketStream::facts() const {
  std::vector<std::string> lines = below_->facts();
  if (!fact_.empty()) lines.push_back(fact_);
  return lines;
}

}  // namespace mqrig::net
