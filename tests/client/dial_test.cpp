#include <doctest/doctest.h>

#include <array>
#include <asio/io_context.hpp>
#include <mqrig/client/client.hpp>
#include <mqrig/net/memory_stream.hpp>
#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/frame.hpp>
#include <optional>
#include <vector>

namespace mqrig::client::tests {
namespace {

using wire::PacketType;

// The broker's end of a stream: answers CONNECT, notes what else comes.
class Peer final : private net::StreamHandler {
 public:
  explicit Peer(std::unique_ptr<net::Stream> stream) : stream_(std::move(stream)) {
    stream_->set_handler(this);
    stream_->wait_readable();
  }
  void close() { stream_->close(); }

  std::vector<PacketType> packets;

 private:
  void on_readable() override {
    std::array<std::uint8_t, 1024> bytes;
    const net::IoResult result = stream_->read_some(bytes);
    if (result.error) return stream_->close();
    wire::ByteView rest = wire::ByteView(bytes).first(result.count);
    for (wire::Frame frame;
         wire::split_frame(rest, 1024, frame).status == wire::FrameStatus::complete;
         rest = rest.subspan(frame.size)) {
      packets.push_back(frame.type());
      if (frame.type() == PacketType::connect) answer();
    }
    stream_->wait_readable();
  }
  void on_writable() override {}
  void answer() {
    wire::Buffer out;
    wire::encode(out, wire::Version::mqtt_5, wire::Connack{});
    stream_->write_some(out.view());
  }

  std::unique_ptr<net::Stream> stream_;
};

class Fixture : public Handler {
 public:
  Fixture() {
    options.reconnect_delay = std::chrono::milliseconds(1);
    options.dial = [this] {
      ++dialled;
      std::unique_ptr<net::Stream> ours;
      if (reachable) {
        auto [one, other] = net::memory_stream_pair(context);
        ours = std::move(one);
        peers.push_back(std::make_unique<Peer>(std::move(other)));
      }
      return ours;
    };
  }

  template <typename Condition>
  void run_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      context.run_one_for(std::chrono::seconds(1));
    }
  }

  void on_connected(bool, wire::Properties) override { ++connected; }
  void on_connection_lost(const Failure& why, std::chrono::milliseconds) override {
    lost.push_back(why);
  }
  void on_failed(const Failure& why) override { failure = why; }
  void on_disconnected() override { ended = true; }

  asio::io_context context;
  std::vector<std::unique_ptr<Peer>> peers;
  Options options;
  bool reachable = true, ended = false;
  int dialled = 0, connected = 0;
  std::vector<Failure> lost;
  std::optional<Failure> failure;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a client that is given its streams connects without the network") {
  options.brokers.emplace_back("unused.invalid", 1);
  Client client(context, std::move(options), *this);
  client.start();
  CHECK(dialled == 0);  // not before the event loop runs
  run_until([&] { return connected == 1; });
  CHECK(dialled == 1);
  CHECK(client.broker() == "the broker behind a given stream");
  client.disconnect();
  run_until([&] { return ended; });
  CHECK(client.ended_cleanly());
  CHECK(peers[0]->packets == std::vector{PacketType::connect, PacketType::disconnect});
}

TEST_CASE_FIXTURE(Fixture, "a given stream that is lost is replaced by another one") {
  Client client(context, std::move(options), *this);
  client.start();
  run_until([&] { return connected == 1; });
  reachable = false;
  peers[0]->close();
  run_until([&] { return lost.size() >= 3; });
  CHECK(lost[1].kind == FailureKind::unreachable);
  reachable = true;
  run_until([&] { return connected == 2; });
  CHECK(peers.size() == 2);
  CHECK_FALSE(failure);
}

TEST_CASE_FIXTURE(Fixture, "no stream at the first attempt is a failure to connect") {
  reachable = false;
  Client client(context, std::move(options), *this);
  client.start();
  run_until([&] { return failure.has_value(); });
  CHECK(failure->kind == FailureKind::unreachable);
  CHECK(failure->error == std::errc::connection_refused);
}

TEST_CASE_FIXTURE(Fixture, "an end before the stream was asked for asks for none") {
  Client client(context, std::move(options), *this);
  client.start();
  client.disconnect();
  run_until([&] { return ended; });
  CHECK(dialled == 0);
}

}  // namespace mqrig::client::tests
