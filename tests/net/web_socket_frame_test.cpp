#include <mqrig/net/web_socket_frame.hpp>

#include "tests/net/loop.hpp"
#include "tests/net/web_socket_peer.hpp"

namespace mqrig::net::tests {
namespace {

using namespace std::string_view_literals;
using Event = WebSocketDecoder::Event;

// What a decoder makes of bytes that come in pieces.
struct Decoded {
  std::string data;
  std::vector<std::string> events;  // "ping:payload", "close:payload", "fault"
  WebSocketFault fault = WebSocketFault::none;

  bool operator==(const Decoded&) const = default;
};

void feed(WebSocketDecoder& decoder, std::string piece, Decoded& decoded) {
  auto* const begin = reinterpret_cast<std::uint8_t*>(piece.data());
  std::size_t taken = 0;
  std::size_t data = 0;
  while (taken < piece.size() && decoded.fault == WebSocketFault::none) {
    const auto result = decoder.feed({begin + taken, piece.size() - taken}, begin + data);
    taken += result.taken;
    data += result.data;
    CHECK(data <= taken);
    const std::string control(decoder.control());
    if (result.event == Event::ping) decoded.events.push_back("ping:" + control);
    if (result.event == Event::close) decoded.events.push_back("close:" + control);
    if (result.event == Event::fault) decoded.events.push_back("fault");
    decoded.fault = decoder.fault();
    if (result.event == Event::close) break;
  }
  decoded.data += piece.substr(0, data);
}

Decoded decode(WebSocketRole peer, std::string_view bytes, std::size_t split = 0) {
  WebSocketDecoder decoder(peer);
  Decoded decoded;
  feed(decoder, std::string(bytes.substr(0, split)), decoded);
  if (decoded.fault == WebSocketFault::none) {
    feed(decoder, std::string(bytes.substr(split)), decoded);
  }
  return decoded;
}

WebSocketFault fault_of(WebSocketRole peer, std::string_view bytes) {
  return decode(peer, bytes).fault;
}

std::string text_of(const WebSocketHeader& header) {
  return {reinterpret_cast<const char*>(header.bytes().data()), header.bytes().size()};
}

constexpr auto client = WebSocketRole::client;
constexpr auto server = WebSocketRole::server;

}  // namespace

TEST_CASE("the examples of RFC 6455, section 5.7, as binary messages") {
  CHECK(decode(server, "\x82\x05Hello"sv).data == "Hello");
  CHECK(decode(client, "\x82\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"sv).data == "Hello");
  CHECK(decode(server, "\x02\x03Hel\x80\x02lo"sv).data == "Hello");
  CHECK(decode(server, "\x89\x05Hello"sv).events == std::vector<std::string>{"ping:Hello"});
  CHECK(decode(client, "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"sv).events.empty());
  const std::string text = pattern(65536);
  CHECK(decode(server, "\x82\x7e\x01\x00"s + text.substr(0, 256)).data == text.substr(0, 256));
  CHECK((decode(server, "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + text).data == text));
}

TEST_CASE("headers have the shortest length, and the mask where there is one") {
  const WebSocketMask mask{0x37, 0xfa, 0x21, 0x3d};
  using enum WebSocketOpcode;
  CHECK(text_of({binary, 0, nullptr}) == "\x82\x00"sv);
  CHECK(text_of({binary, 125, nullptr}) == "\x82\x7d"sv);
  CHECK(text_of({binary, 126, nullptr}) == "\x82\x7e\x00\x7e"sv);
  CHECK(text_of({binary, 65535, nullptr}) == "\x82\x7e\xff\xff"sv);
  CHECK(text_of({binary, 65536, nullptr}) == "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"sv);
  CHECK(text_of({binary, 5, &mask}) == "\x82\x85\x37\xfa\x21\x3d"sv);
  CHECK(text_of({binary, 65536, &mask}).size() == WebSocketHeader::max_size);
  CHECK(encode_control(pong, "Hello", nullptr) == "\x8a\x05Hello"sv);
  CHECK(encode_control(pong, "Hello", &mask) == "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"sv);
}

TEST_CASE("masks fit at every phase and size, also onto bytes that lie a little before") {
  const WebSocketMask mask{1, 20, 133, 250};
  const std::string text = pattern(200);
  for (std::size_t size = 0; size < 100; ++size) {
    for (std::size_t phase = 0; phase < 4; ++phase) {
      for (const std::size_t before : {0U, 1U, 2U, 6U, 14U, 40U}) {
        std::string room = std::string(before, '.') + text.substr(0, size);
        std::string expected = text.substr(0, size);
        for (std::size_t i = 0; i < size; ++i) {
          expected[i] = static_cast<char>(expected[i] ^ mask[(i + phase) % 4]);
        }
        auto* const at = reinterpret_cast<std::uint8_t*>(room.data());
        apply_mask({at + before, size}, at, mask, phase);
        REQUIRE((room.substr(0, size) == expected));
      }
    }
  }
}

TEST_CASE("wherever the bytes are split, the same comes out") {
  const std::string text = pattern(70000);
  for (const WebSocketRole peer : {client, server}) {
    const Frames make{peer};
    const std::string bytes = make(0x02, text.substr(0, 40)) + make(0x89, "are you there") +
                              make(0x00, "") + make(0x8a, "") + make(0x80, text.substr(40, 300)) +
                              make(0x82, "") + make(0x82, text.substr(340, 20)) +
                              make(0x88,
                                   "\x03\xe8"
                                   "bye") +
                              "what follows counts no more";
    const Decoded whole = decode(peer, bytes);
    CHECK((whole.data == text.substr(0, 360)));
    CHECK(whole.events == std::vector<std::string>{"ping:are you there",
                                                   "close:\x03\xe8"
                                                   "bye"});
    for (std::size_t split = 1; split < bytes.size(); ++split) {
      Decoded decoded;
      WebSocketDecoder decoder(peer);
      feed(decoder, bytes.substr(0, split), decoded);
      if (decoded.events.size() < 2) feed(decoder, bytes.substr(split), decoded);
      REQUIRE((decoded == whole));
    }
    const std::string large = make(0x82, text);
    for (const std::size_t split : {1U, 2U, 9U, 10U, 13U, 14U, 15U, 60001U, 70000U}) {
      REQUIRE((decode(peer, large, split).data == text));
    }
  }
}

TEST_CASE("a frame may be longer than anything that is kept") {
  WebSocketDecoder decoder(server);
  std::string piece = "\x82\x7f\x00\x01\x00\x00\x00\x00\x00\x00"s;
  Decoded decoded;
  feed(decoder, piece, decoded);
  for (int i = 0; i < 100; ++i) feed(decoder, "0123456789", decoded);
  CHECK(decoded.data.size() == 1000);
  CHECK(decoded.fault == WebSocketFault::none);
}

TEST_CASE("what RFC 6455 does not allow is a fault, as soon as it can be seen") {
  using enum WebSocketFault;
  CHECK(fault_of(server, "\xc2\x00"sv) == reserved_bits);
  CHECK(fault_of(server, "\xa2\x00"sv) == reserved_bits);
  CHECK(fault_of(server, "\x92\x00"sv) == reserved_bits);
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    const std::string frame{static_cast<char>(0x80 | opcode), '\0'};
    CHECK(fault_of(server, frame) == unknown_opcode);
  }
  CHECK(fault_of(server, "\x82\x80"sv) == masked);
  CHECK(fault_of(client, "\x82\x00"sv) == unmasked);
  CHECK(fault_of(server, "\x81\x05Hello"sv) == WebSocketFault::text);
  CHECK(fault_of(server, "\x80\x00"sv) == unexpected_continuation);
  CHECK(fault_of(server, "\x02\x01x\x82\x01y"sv) == unexpected_frame);
  CHECK(fault_of(server, "\x02\x01x\x80\x01y\x80\x01z"sv) == unexpected_continuation);
  CHECK(fault_of(server, "\x09\x00"sv) == fragmented_control);
  CHECK(fault_of(server, "\x89\x7e\x00\x7e"sv) == long_control);
  CHECK(fault_of(server, "\x88\x7f"sv) == long_control);
  CHECK(fault_of(server, "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00"sv) == bad_length);
  CHECK(fault_of(server, "\x82\x7e\x00\x7d"sv) == bad_length);
  CHECK(fault_of(server, "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff"sv) == bad_length);
  CHECK(fault_of(server, "\x88\x01\x03"sv) == bad_close);
  for (const unsigned code : {0u, 999u, 1004u, 1005u, 1006u, 1015u, 2999u, 5000u}) {
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
    CHECK(fault_of(server, "\x88\x02" + payload) == bad_close);
  }
  for (const unsigned code : {1000u, 1003u, 1007u, 1011u, 3000u, 4999u}) {
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
    CHECK(fault_of(server, "\x88\x02" + payload) == none);
  }
  // A reason is UTF-8 [RFC 6455, section 5.5.1].
  for (const std::string_view reason :
       {"\xff"sv, "\xc0\xaf"sv, "\xed\xa0\x80"sv, "\xe2\x82"sv, "\xf4\x90\x80\x80"sv, "a\x80"sv}) {
    CAPTURE(reason);
    const std::string payload = "\x03\xe8" + std::string(reason);
    CHECK(fault_of(server, "\x88" + std::string{static_cast<char>(payload.size())} + payload) ==
          bad_reason);
  }
  CHECK(fault_of(server, "\x88\x0b\x03\xe8\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"sv) == none);
}

TEST_CASE("data before a fault is kept, and nothing counts behind it") {
  const Decoded decoded = decode(server, "\x82\x02ok\x81\x02no\x82\x02no"sv);
  CHECK(decoded.data == "ok");
  CHECK(decoded.events == std::vector<std::string>{"fault"});
}

TEST_CASE("every fault has a sentence and a status") {
  for (int i = 1; i <= static_cast<int>(WebSocketFault::bad_reason); ++i) {
    const auto fault = static_cast<WebSocketFault>(i);
    CHECK_FALSE(fault_text(fault).empty());
    if (fault == WebSocketFault::text || fault == WebSocketFault::bad_reason) continue;
    CHECK(close_code(fault) == 1002);
  }
  CHECK(close_code(WebSocketFault::text) == 1003);
  CHECK(close_code(WebSocketFault::bad_reason) == 1007);
}

}  // namespace mqrig::net::tests
