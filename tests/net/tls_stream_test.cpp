// A TLS stream keeps the contract of Stream, on any stream below.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/net/tls_rig.hpp"

namespace mqrig::net::tests {
namespace {

// Passes on at most so many bytes a call.
class NarrowStream final : public Stream {
 public:
  NarrowStream(std::unique_ptr<Stream> below, std::size_t width)
      : below_(std::move(below)), width_(width) {}
  void set_handler(StreamHandler* handler) override { below_->set_handler(handler); }
  void wait_readable() override { below_->wait_readable(); }
  void wait_writable() override { below_->wait_writable(); }
  IoResult read_some(std::span<std::uint8_t> into) override {
    return below_->read_some(into.first(std::min(into.size(), width_)));
  }
  IoResult write_some(std::span<const std::uint8_t> from) override {
    return below_->write_some(from.first(std::min(from.size(), width_)));
  }
  void shutdown_send() override { below_->shutdown_send(); }
  void close() override { below_->close(); }
  std::string description() const override { return "narrow"; }

 private:
  std::unique_ptr<Stream> below_;
  std::size_t width_;
};

// Both ends send and receive at once.
void exchange(TlsRig& rig, std::size_t size) {
  struct Both final : StreamHandler {
    Both(Stream& stream_, std::string text_) : stream(stream_), text(std::move(text_)) {
      stream.set_handler(this);
      stream.wait_readable();
      on_writable();
    }
    Stream& stream;
    std::string text;
    std::string got;
    std::size_t sent = 0;
    std::error_code error;
    int stalls = 0;

    void on_readable() override {
      std::vector<std::uint8_t> buffer(5000);
      const IoResult result = stream.read_some(buffer);
      got.append(reinterpret_cast<const char*>(buffer.data()), result.count);
      error = result.error;
      if (!error) stream.wait_readable();
    }
    void on_writable() override {
      while (sent < text.size()) {
        const IoResult result = stream.write_some(bytes(text).subspan(sent));
        sent += result.count;
        if (result.count != 0) continue;
        ++stalls;
        return stream.wait_writable();
      }
      stream.shutdown_send();
    }
  };
  const std::string forth = pattern(size);
  const std::string back(forth.rbegin(), forth.rend());
  Both client(*rig.client, forth);
  Both server(*rig.server, back);
  run_until(rig.context, [&] { return client.error && server.error; });
  CHECK(client.error == Error::end_of_stream);
  CHECK(server.error == Error::end_of_stream);
  CHECK(server.got == forth);
  CHECK(client.got == back);
  if (size > 3 * rig.capacity) CHECK(client.stalls > 0);
}

}  // namespace

TEST_CASE("a handshake is made, and bytes go both ways") {
  TlsRig rig;
  rig.establish();
  CHECK(rig.pass(*rig.client, *rig.server, "hello") == "hello");
  CHECK(rig.pass(*rig.server, *rig.client, "and back") == "and back");
  CHECK(rig.client->description() == "memory");
}

TEST_CASE("much goes both ways at once, however little the stream below takes") {
  for (const std::size_t capacity : {1000U, 30000U, 65536U}) {
    for (const TlsVersion version : {TlsVersion::tls_1_2, TlsVersion::tls_1_3}) {
      CAPTURE(capacity);
      TlsRig rig;
      rig.capacity = capacity;
      rig.client_settings.highest_version = version;
      rig.establish();
      exchange(rig, 600000);
    }
  }
}

TEST_CASE("a stream that passes single bytes carries the handshake and what follows") {
  TlsRig rig;
  rig.make();
  auto [near, far] = memory_stream_pair(rig.context);
  rig.connect(std::make_unique<NarrowStream>(std::move(near), 1),
              std::make_unique<NarrowStream>(std::move(far), 1));
  const auto outcome = rig.shake_hands();
  CHECK_FALSE(outcome.client);
  exchange(rig, 20000);
}

TEST_CASE("sockets carry it") {
  TlsRig rig;
  rig.make();
  int sockets[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
  std::error_code error;
  auto near = open_socket(rig.context, sockets[0], error);
  auto far = open_socket(rig.context, sockets[1], error);
  rig.connect(std::move(near), std::move(far));
  CHECK_FALSE(rig.shake_hands().client);
  exchange(rig, 5000000);
}

TEST_CASE("a server that only reads and writes makes the handshake in these") {
  TlsRig rig;
  rig.connect();
  Reader reader(*rig.server);
  TlsRig::Driver driver(*rig.client, rig.client_recorder);
  run_until(rig.context, [&] { return driver.over(); });
  CHECK_FALSE(driver.error);
  rig.client->write_some(bytes("CONNECT"));
  run_until(rig.context, [&] { return reader.text == "CONNECT"; });
}

TEST_CASE("a read that ends the handshake and fills its buffer knows who the peer is") {
  for (const TlsVersion version : {TlsVersion::tls_1_2, TlsVersion::tls_1_3}) {
    TlsRig rig;
    rig.client_settings.highest_version = version;
    rig.client_settings.identity = rig.identity(Authority::get().client, "client");
    rig.server_settings.ca_file = rig.client_settings.ca_file;
    rig.server_settings.client_certificate = TlsServerSettings::ClientCertificate::required;
    rig.connect();
    TlsRig::Driver driver(*rig.client, rig.client_recorder);
    std::uint8_t buffer[7];
    IoResult read;
    run_until(rig.context, [&] {
      if (driver.over()) rig.client->write_some(bytes("CONNECT"));
      read = rig.server->read_some(buffer);
      return read.count != 0;
    });
    CHECK(read.count == 7);
    CHECK(rig.server->peer_identity() == "Ann");
    CHECK_FALSE(rig.server->facts().empty());
  }
}

// On sockets, which tell of nothing but what is still there.
TEST_CASE("data that a write takes in with the end of the handshake is told to who reads") {
  TlsRig rig;
  rig.make();
  int sockets[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
  std::error_code error;
  auto near = open_socket(rig.context, sockets[0], error);
  auto far = open_socket(rig.context, sockets[1], error);
  rig.connect(std::move(near), std::move(far));
  rig.server_recorder.when_writable = [&] {
    if (rig.server->write_some(bytes("CONNACK")).count == 0) rig.server->wait_writable();
  };
  rig.server->wait_readable();
  rig.server->wait_writable();
  run_until(rig.context,
            [&] { return TlsRig::layer(*rig.client).handshake(error) == Layer::Progress::done; });
  CHECK(rig.client->write_some(bytes("CONNECT")).count == 7);
  run_until(rig.context, [&] { return rig.server_recorder.readable == 1; });
  std::uint8_t buffer[10];
  CHECK(rig.server->read_some(buffer).count == 7);
}

TEST_CASE("a write in a handshake takes nothing, and is called for when it can") {
  TlsRig rig;
  rig.connect();
  Reader reader(*rig.server);
  Writer writer(*rig.client, "soon");
  CHECK(writer.stalls == 1);
  run_until(rig.context, [&] { return writer.done(); });
  run_until(rig.context, [&] { return reader.text == "soon"; });
  CHECK(writer.stalls < 6);  // nobody turns in circles
}

TEST_CASE("what was deciphered and not read is told of at once, from the event loop") {
  TlsRig rig;
  rig.establish();
  REQUIRE(rig.client->write_some(bytes("two parts")).count == 9);
  std::uint8_t half[4];
  run_until(rig.context, [&] { return rig.server->read_some(half).count == 4; });
  rig.server_recorder.readable = 0;
  rig.server->wait_readable();
  rig.server->wait_readable();
  CHECK(rig.server_recorder.readable == 0);
  run_ready(rig.context);
  CHECK(rig.server_recorder.readable == 1);
  CHECK(rig.server->read_some(half).count == 4);
}

TEST_CASE("a write takes no more than fits while the peer does not read, and goes on later") {
  TlsRig rig;
  rig.capacity = 20000;
  rig.establish();
  const std::string text = pattern(100000);
  CHECK(rig.client->write_some(bytes(text)).count == 65536);
  CHECK(rig.client->write_some(bytes(text)).count == 0);
  rig.client_recorder.writable = 0;
  rig.client->wait_writable();
  run_ready(rig.context);
  CHECK(rig.client_recorder.writable == 0);
  Reader reader(*rig.server);
  run_until(rig.context, [&] { return rig.client_recorder.writable == 1; });
  run_until(rig.context, [&] { return reader.text.size() == 65536; });
  CHECK(reader.text == text.substr(0, 65536));
}

TEST_CASE("the end of one direction leaves the other") {
  TlsRig rig;
  rig.establish();
  rig.client->write_some(bytes("last"));
  rig.client->shutdown_send();
  CHECK(rig.client->write_some(bytes("more")).error == std::errc::broken_pipe);
  CHECK(rig.pass(*rig.server, *rig.client, "still") == "still");
  std::uint8_t buffer[10];
  CHECK(rig.server->read_some(buffer).count == 4);
  CHECK(rig.read_error(*rig.server) == Error::end_of_stream);
  CHECK(rig.read_error(*rig.server) == Error::end_of_stream);
  CHECK(rig.server->failure() == "");
}

TEST_CASE("an end without close_notify is told from one with it, after the bytes before it") {
  TlsRig rig;
  rig.establish();
  rig.client->write_some(bytes("last"));
  rig.client->close();
  std::uint8_t buffer[10];
  CHECK(rig.server->read_some(buffer).count == 4);
  CHECK(rig.read_error(*rig.server) == Error::tls_truncated);
  CHECK(contains(rig.server->failure(), "without ending TLS (no close_notify)"));
}

TEST_CASE("a peer that ends first gets our close_notify with the close") {
  for (const TlsVersion version : {TlsVersion::tls_1_2, TlsVersion::tls_1_3}) {
    TlsRig rig;
    rig.client_settings.highest_version = version;
    rig.establish();
    rig.client->shutdown_send();
    CHECK(rig.read_error(*rig.server) == Error::end_of_stream);
    rig.server->close();
    CHECK(rig.read_error(*rig.client) == Error::end_of_stream);
  }
}

TEST_CASE("a stream may be destroyed in the call that tells of it, and is closed but once") {
  TlsRig rig;
  rig.establish();
  rig.client->write_some(bytes("x"));
  rig.server_recorder.when_readable = [&] { rig.server.reset(); };
  rig.server->wait_readable();
  run_until(rig.context, [&] { return rig.server == nullptr; });
  rig.client->close();
  rig.client->close();
  CHECK(rig.client->write_some(bytes("x")).error == Error::closed);
  std::uint8_t byte[1];
  CHECK(rig.client->read_some(byte).error == Error::closed);
  rig.client_recorder.readable = 0;
  rig.client->wait_readable();
  run_ready(rig.context);
  CHECK(rig.client_recorder.readable == 0);
}

TEST_CASE("changed bytes end the stream, and it is said what they are") {
  const std::string too_long = std::string("\x17\x03\x03\x50\x00", 5) + std::string(0x5000, 'x');
  const std::pair<std::string, std::string> cases[] = {
      {std::string("\x17\x03\x03\x00\x20 these are no ciphered bytes....", 37),
       "what the client sent cannot be deciphered"},
      {"these are no records", "what the client sent breaks the rules of TLS"},
      {too_long, "what the client sent breaks the rules of TLS"},
  };
  for (const TlsVersion version : {TlsVersion::tls_1_2, TlsVersion::tls_1_3}) {
    for (const auto& [sent, said] : cases) {
      TlsRig rig;
      rig.client_settings.highest_version = version;
      rig.make();
      auto [near, middle] = memory_stream_pair(rig.context);
      Stream* wire = near.get();
      rig.connect(std::move(near), std::move(middle));
      REQUIRE_FALSE(rig.shake_hands().client);
      wire->write_some(bytes(sent));
      CHECK(rig.read_error(*rig.server) == Error::tls_failed);
      CAPTURE(rig.server->failure());
      CHECK(contains(rig.server->failure(), said));
    }
  }
}

TEST_CASE("TLS goes through TLS, as to a broker behind an https proxy") {
  TlsRig rig;
  rig.make();
  auto [near, far] = memory_stream_pair(rig.context);
  auto outer_client = rig.tls_client->connect(std::move(near), "localhost");
  auto outer_server = rig.tls_server->accept(std::move(far));
  rig.connect(std::move(outer_client), std::move(outer_server));
  CHECK_FALSE(rig.shake_hands().client);
  exchange(rig, 300000);
  CHECK(rig.client->facts().size() == 4);
}

}  // namespace mqrig::net::tests
