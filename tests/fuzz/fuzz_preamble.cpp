// What proxies answer and load balancers send, from arbitrary bytes: it ends in a connection or in
// a failure that is told in our words, takes no byte that it did not ask for, and comes to the same
// whether the bytes come one by one or together. The first byte chooses who is speaking.
#include <algorithm>
#include <string>
#include <string_view>

#include <mqrig/net/error.hpp>
#include <mqrig/net/http_connect.hpp>
#include <mqrig/net/proxy_header_reader.hpp>
#include <mqrig/net/socks_handshake.hpp>

#include <tests/fuzz/require.hpp>

using mqrig::fuzz::require;

namespace net = mqrig::net;

namespace {

struct Outcome {
  std::size_t taken = 0;
  bool done = false;
  std::string failure;
  std::string sent;
  bool operator==(const Outcome&) const = default;
};

Outcome run(net::Preamble& preamble, std::string_view bytes, std::size_t at_once) {
  Outcome outcome;
  while (!preamble.done() && !preamble.failed()) {
    outcome.sent += preamble.output();
    preamble.output().clear();
    const std::size_t wanted = preamble.wanted();
    require(wanted > 0, "something is wanted while it is not over");
    const std::string_view next = bytes.substr(0, std::min(wanted, at_once));
    if (next.empty()) break;
    bytes.remove_prefix(next.size());
    outcome.taken += next.size();
    require(outcome.taken <= 20000, "it ends some time");
    preamble.feed(next);
  }
  outcome.done = preamble.done();
  outcome.failure = preamble.failure();
  require(preamble.failed() == !outcome.failure.empty(), "a failure has words");
  require(!preamble.failed() || !preamble.done(), "it is one or the other");
  const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
  require(std::all_of(outcome.failure.begin(), outcome.failure.end(), is_plain),
          "nothing of the peer's is in them");
  require(outcome.failure.find("s3cret") == std::string::npos, "no password is told");
  return outcome;
}

template <typename Make>
void check(Make make, std::string_view bytes) {
  auto at_once = make();
  auto one_by_one = make();
  const Outcome together = run(at_once, bytes, bytes.size() + 1);
  const Outcome apart = run(one_by_one, bytes, 1);
  require(together == apart || !together.failure.empty(), "the pieces do not matter");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string user = (data[0] & 4) != 0 ? "anna" : "";
  const std::string password = user.empty() ? "" : "s3cret";
  switch (data[0] & 3) {
    case 0:
      check([&] { return net::SocksHandshake(user, password, "broker.example", 1883); }, bytes);
      break;
    case 1:
      check([&] { return net::HttpConnect(user, password, "broker.example", 1883); }, bytes);
      break;
    default:
      check([] { return net::ProxyHeaderReader(); }, bytes);
  }
  return 0;
}
