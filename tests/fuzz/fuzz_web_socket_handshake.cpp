// The HTTP of a WebSocket from arbitrary bytes: requests to a server, and answers to a client. The
// first byte of the input chooses which, and the second how the bytes are split. In an answer, the
// hash that belongs to the client's key may stand as '@', or the fuzzer would never find it.
#include <algorithm>
#include <string>
#include <string_view>

#include <mqrig/net/web_socket_handshake.hpp>

#include <tests/fuzz/require.hpp>

using namespace mqrig::net;
using mqrig::fuzz::require;
using State = WebSocketHandshake::State;

namespace {

constexpr std::array<std::uint8_t, 16> key{};

struct Outcome {
  State state = State::wants_more;
  std::size_t taken = 0;
  std::string output;
  std::string failure;
  std::string fact;

  bool operator==(const Outcome&) const = default;
};

Outcome run(WebSocketHandshake& handshake, std::string_view bytes, std::size_t piece) {
  Outcome outcome;
  handshake.take_output();
  while (outcome.taken < bytes.size() && handshake.state() == State::wants_more) {
    const std::string_view next = bytes.substr(outcome.taken, piece);
    const std::size_t taken = handshake.feed(next);
    require(taken <= next.size(), "no more is taken than there is");
    require(taken == next.size() || handshake.state() != State::wants_more,
            "all is taken until it is over");
    outcome.taken += taken;
  }
  outcome.state = handshake.state();
  if (outcome.state == State::wants_more) handshake.end();
  outcome.output = handshake.take_output();
  outcome.failure = handshake.failure();
  outcome.fact = handshake.fact();
  require((handshake.state() == State::refused) == !outcome.failure.empty(), "a refusal says why");
  require((handshake.state() == State::agreed) == !outcome.fact.empty(), "else it says what for");
  require(std::none_of(outcome.failure.begin(), outcome.failure.end(),
                       [](char c) { return c < ' ' || c > '~'; }),
          "what is said can be shown");
  // How much of what is malformed was looked at depends on the pieces.
  if (outcome.state == State::refused) outcome.taken = 0;
  return outcome;
}

void serve(std::string_view bytes, std::size_t piece) {
  WebSocketServerHandshake whole({"/mqtt"});
  WebSocketServerHandshake split({"/mqtt"});
  const Outcome outcome = run(whole, bytes, bytes.size() + 1);
  require(run(split, bytes, piece) == outcome, "splitting changes nothing");
  require(outcome.output.starts_with("HTTP/1.1 101 ") == (outcome.state == State::agreed),
          "only who is agreed with is told so");
  if (outcome.state == State::refused) require(!outcome.output.empty(), "a refusal is answered");
}

void ask(std::string bytes, std::size_t piece) {
  const WebSocketRequest request{.host = "host"};
  WebSocketClientHandshake whole(request, key);
  WebSocketClientHandshake split(request, key);
  const std::string hash = web_socket_accept("AAAAAAAAAAAAAAAAAAAAAA==");
  if (const std::size_t at = bytes.find('@'); at != bytes.npos) bytes.replace(at, 1, hash);
  const Outcome outcome = run(whole, bytes, bytes.size() + 1);
  require(run(split, bytes, piece) == outcome, "splitting changes nothing");
  require(outcome.output.empty(), "a client only asks");
  if (outcome.state == State::agreed) {
    require(bytes.find(hash) != bytes.npos, "nobody is agreed with who does not know the key");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  if (data[0] % 2 == 0) {
    serve(bytes, data[1] + 1u);
  } else {
    ask(std::string(bytes), data[1] + 1u);
  }
  return 0;
}
