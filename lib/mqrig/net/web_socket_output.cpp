#include <string.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mqrig/net/web_socket_output.hpp>
#include <mqrig/net/web_socket_random.hpp>
#include <utility>

namespace mqrig::net {
namespace {

// Of pongs, in bytes, before the last of them gives way to the next.
constexpr std::size_t max_waiting = 2048;

// For one frame, shared by all streams of the thread.
std::uint8_t* frame_buffer() {
  thread_local const std::unique_ptr<std::uint8_t[]> buffer(
      new std::uint8_t[WebSocketHeader::max_size + WebSocketOutput::max_payload]);
  return buffer.get();
}

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// With its memory. A request may have had secrets in its fields.
void wipe(std::string& text) {
  text.resize(text.capacity());
  ::explicit_bzero(text.data(), text.size());
  std::string().swap(text);
}

}  // namespace

void WebSocketOutput::send_first(std::string bytes) {
  if (out_.empty()) {
    out_ = std::move(bytes);
  } else {
    out_ += bytes;
  }
}

void WebSocketOutput::send_pong(std::string_view payload) {
  if (closing_) return;
  if (control_.size() >= max_waiting) control_.resize(last_pong_);
  last_pong_ = control_.size();
  control_ += control(WebSocketOpcode::pong, payload);
}

void WebSocketOutput::send_close(std::uint16_t code) {
  if (std::exchange(closing_, true)) return;
  std::string payload;
  if (code != 0) payload = {static_cast<char>(code >> 8), static_cast<char>(code)};
  control_ += control(WebSocketOpcode::close, payload);
}

std::string WebSocketOutput::control(WebSocketOpcode opcode, std::string_view payload) const {
  if (role_ == WebSocketRole::server) return encode_control(opcode, payload, nullptr);
  const WebSocketMask mask = random_mask();
  return encode_control(opcode, payload, &mask);
}

void WebSocketOutput::flush(Stream& below) {
  while (pending() && !error_) {
    if (out_.empty()) out_.swap(control_);
    const IoResult result = below.write_some(bytes_of(out_));
    error_ = result.error;
    if (result.count == 0) break;
    if (result.count < out_.size()) {
      out_.erase(0, result.count);
    } else {
      wipe(out_);
    }
  }
  if (!error_) return;
  wipe(out_);
  control_.clear();
}

IoResult WebSocketOutput::write(Stream& below, std::span<const std::uint8_t> from) {
  if (closing_) return {0, std::make_error_code(std::errc::broken_pipe)};
  flush(below);
  if (error_ || pending() || from.empty()) return {0, error_};
  const IoResult result = frame_left_ == 0 ? begin_frame(below, from) : continue_frame(below, from);
  error_ = result.error;
  if (pending()) flush(below);
  return result;
}

IoResult WebSocketOutput::begin_frame(Stream& below, std::span<const std::uint8_t> from) {
  from = from.first(std::min(from.size(), max_payload));
  const bool masked = role_ == WebSocketRole::client;
  if (masked) mask_ = random_mask();
  const WebSocketHeader header(WebSocketOpcode::binary, from.size(), masked ? &mask_ : nullptr);
  const std::size_t header_size = header.bytes().size();
  std::uint8_t* const frame = frame_buffer();
  std::copy(header.bytes().begin(), header.bytes().end(), frame);
  if (masked) {
    apply_mask(from, frame + header_size, mask_, 0);
  } else {
    std::memcpy(frame + header_size, from.data(), from.size());
  }
  const IoResult result = below.write_some({frame, header_size + from.size()});
  if (result.count == 0) return result;
  frame_done_ = 0;
  frame_left_ = static_cast<std::uint32_t>(from.size());
  if (result.count < header_size) {
    out_.assign(frame + result.count, frame + header_size);
    return {0, result.error};
  }
  took(result.count - header_size);
  return {result.count - header_size, result.error};
}

IoResult WebSocketOutput::continue_frame(Stream& below, std::span<const std::uint8_t> from) {
  from = from.first(std::min<std::size_t>(from.size(), frame_left_));
  if (role_ == WebSocketRole::client) {
    apply_mask(from, frame_buffer(), mask_, frame_done_);
    from = {frame_buffer(), from.size()};
  }
  const IoResult result = below.write_some(from);
  took(result.count);
  return result;
}

void WebSocketOutput::took(std::size_t count) {
  frame_done_ += static_cast<std::uint32_t>(count);
  frame_left_ -= static_cast<std::uint32_t>(count);
}

}  // namespace mqrig::net
