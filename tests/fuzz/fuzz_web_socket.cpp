// The frames of a WebSocket from arbitrary bytes. The first byte of the input chooses the role of
// the peer, the second how the bytes are split; the rest is what comes.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/net/web_socket_frame.hpp>

#include <tests/fuzz/require.hpp>

using namespace mqrig::net;
using mqrig::fuzz::require;
using Event = WebSocketDecoder::Event;

namespace {

struct Decoded {
  std::string data;
  std::vector<std::string> controls;
  WebSocketFault fault = WebSocketFault::none;
  bool closed = false;

  bool over() const { return closed || fault != WebSocketFault::none; }
  bool operator==(const Decoded&) const = default;
};

// In place, as a stream does it.
void feed(WebSocketDecoder& decoder, std::string piece, Decoded& decoded) {
  auto* const begin = reinterpret_cast<std::uint8_t*>(piece.data());
  std::size_t taken = 0;
  std::size_t data = 0;
  while (taken < piece.size() && !decoded.over()) {
    const auto result = decoder.feed({begin + taken, piece.size() - taken}, begin + data);
    require(result.data <= result.taken, "data is shorter than its frames");
    require(result.taken <= piece.size() - taken, "no more is taken than there is");
    taken += result.taken;
    data += result.data;
    require(result.event != Event::none || taken == piece.size(), "all is taken but for an event");
    require(decoder.control().size() <= 125, "control frames are short");
    if (result.event == Event::ping || result.event == Event::close) {
      decoded.controls.emplace_back(decoder.control());
    }
    decoded.closed = result.event == Event::close;
    decoded.fault = decoder.fault();
    require((result.event == Event::fault) == (decoded.fault != WebSocketFault::none),
            "a fault is told");
  }
  decoded.data.append(piece, 0, data);
}

Decoded decode(WebSocketRole peer, std::string_view bytes, std::size_t piece) {
  WebSocketDecoder decoder(peer);
  Decoded decoded;
  while (!bytes.empty() && !decoded.over()) {
    const std::size_t count = std::min(piece, bytes.size());
    feed(decoder, std::string(bytes.substr(0, count)), decoded);
    bytes.remove_prefix(count);
  }
  return decoded;
}

// What we send, the other end reads.
void check_encoded(WebSocketRole role, std::string_view payload) {
  const WebSocketMask mask{0x37, 0xfa, 0x21, 0x3d};
  const WebSocketMask* const used = role == WebSocketRole::client ? &mask : nullptr;
  const WebSocketHeader header(WebSocketOpcode::binary, payload.size(), used);
  std::string bytes(reinterpret_cast<const char*>(header.bytes().data()), header.bytes().size());
  bytes += payload;
  if (used != nullptr) {
    auto* const masked = reinterpret_cast<std::uint8_t*>(bytes.data()) + header.bytes().size();
    apply_mask({masked, payload.size()}, masked, mask, 0);
  }
  const std::string_view ping = payload.substr(0, 125);
  bytes += encode_control(WebSocketOpcode::ping, ping, used);
  const Decoded decoded = decode(role, bytes, bytes.size());
  require(decoded.data == payload, "data comes back");
  require(decoded.controls == std::vector<std::string>{std::string(ping)}, "a ping comes back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto peer = data[0] % 2 == 0 ? WebSocketRole::client : WebSocketRole::server;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  const Decoded whole = decode(peer, bytes, bytes.size() + 1);
  require(decode(peer, bytes, data[1] + 1u) == whole, "splitting changes nothing");
  require(decode(peer, bytes, 1) == whole, "single bytes change nothing");
  check_encoded(peer, bytes);
  return 0;
}
