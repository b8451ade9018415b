// The other end of a WebSocket, written out byte by byte.
#pragma once

#include <mqrig/net/memory_stream.hpp>
#include <mqrig/net/web_socket_frame.hpp>
#include <string>
#include <string_view>

#include "tests/net/loop.hpp"

namespace mqrig::net::tests {

using namespace std::string_literals;

// Makes frames as one role sends them.
struct Frames {
  WebSocketRole role;

  // `first` is the first byte: FIN, reserved bits and opcode.
  std::string operator()(int first, std::string_view payload) const {
    const bool masked = role == WebSocketRole::client;
    const std::size_t size = payload.size();
    std::string frame(1, static_cast<char>(first));
    const std::size_t extended = size < 126 ? 0 : size < 65536 ? 2 : 8;
    const std::size_t short_size = extended == 0 ? size : extended == 2 ? 126 : 127;
    frame += static_cast<char>(short_size | (masked ? 0x80 : 0));
    for (std::size_t i = extended; i-- > 0;) frame += static_cast<char>(size >> (8 * i));
    if (!masked) return frame.append(payload);
    const std::string mask = "\x12\x34\xab\xcd";
    frame += mask;
    for (std::size_t i = 0; i < size; ++i) frame += static_cast<char>(payload[i] ^ mask[i % 4]);
    return frame;
  }
};

// What has come to a stream so far.
inline std::string read_all(Stream& stream) {
  std::string text;
  std::uint8_t buffer[4096];
  for (;;) {
    const IoResult result = stream.read_some(buffer);
    text.append(reinterpret_cast<const char*>(buffer), result.count);
    if (result.count == 0) return text;
  }
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

}  // namespace mqrig::net::tests
