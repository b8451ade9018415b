#include <mqrig/net/error.hpp>
#include <mqrig/net/layer.hpp>
#include <mqrig/net/web_socket.hpp>

#include "tests/net/web_socket_peer.hpp"

namespace mqrig::net::tests {
namespace {

// Both ends of a WebSocket, open. The bytes between them can be taken instead of the other end.
struct Pair {
  asio::io_context context;
  std::unique_ptr<Stream> client;
  std::unique_ptr<Stream> server;

  explicit Pair(std::size_t capacity = 65536) {
    auto [a, b] = memory_stream_pair(context, capacity);
    client = connect_web_socket(std::move(a), {.host = "h", .path = "/mqtt"});
    server = accept_web_socket(std::move(b), {"/mqtt"});
    std::error_code error;
    auto& layer = dynamic_cast<Layer&>(*client);
    std::uint8_t byte;
    while (layer.handshake(error) != Layer::Progress::done) {
      REQUIRE_FALSE(error);
      REQUIRE_FALSE(server->read_some({&byte, 1}).error);
    }
  }
};

// One end that is open, and the bytes that it speaks with.
struct End {
  asio::io_context context;
  std::unique_ptr<Stream> peer;
  std::unique_ptr<Stream> stream;
  Frames frame{WebSocketRole::client};

  // The server's end: what comes from it can be read without a mask.
  explicit End(std::size_t capacity = 65536) {
    auto [ours, theirs] = memory_stream_pair(context, capacity);
    peer = std::move(theirs);
    stream = accept_web_socket(std::move(ours), {});
    const std::string request =
        "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n";
    std::string answer;
    for (std::size_t sent = 0; !answer.ends_with("\r\n\r\n");) {
      sent += peer->write_some(bytes(request).subspan(sent)).count;
      read();
      run_ready(context);
      answer += read_all(*peer);
    }
  }

  void send(std::string_view text) { REQUIRE(peer->write_some(bytes(text)).count == text.size()); }
  std::string sent() { return read_all(*peer); }

  IoResult read(std::string* text = nullptr) {
    std::uint8_t buffer[1000];
    const IoResult result = stream->read_some(buffer);
    if (text != nullptr) text->assign(reinterpret_cast<const char*>(buffer), result.count);
    return result;
  }
  std::error_code read_error() {
    const IoResult result = read();
    CHECK(result.count == 0);
    return result.error;
  }
};

}  // namespace

TEST_CASE("megabytes pass both ways through streams of any size") {
  for (const std::size_t capacity : {1u, 7u, 1000u, 65536u, 1'000'000u}) {
    CAPTURE(capacity);
    Pair pair(capacity);
    const std::string text = pattern(capacity < 1000 ? 20'003 : 2'000'003);
    for (const bool forth : {true, false}) {
      Stream& from = forth ? *pair.client : *pair.server;
      Stream& to = forth ? *pair.server : *pair.client;
      Writer writer(from, text);
      Reader reader(to);
      run_until(pair.context, [&] { return reader.text.size() == text.size(); });
      CHECK((reader.text == text));
      CHECK(writer.done());
      from.set_handler(nullptr);
      to.set_handler(nullptr);
    }
  }
}

TEST_CASE("each write is one binary message, up to 128 KiB") {
  End end(300'000);
  CHECK(end.stream->write_some(bytes("one")).count == 3);
  CHECK(end.stream->write_some(bytes("two, longer")).count == 11);
  CHECK(end.sent() == "\x82\x03one\x82\x0btwo, longer");
  CHECK(end.stream->write_some(bytes(pattern(200'000))).count == 131072);
  CHECK(end.sent().size() == 131072 + 10);
}

TEST_CASE("a frame that is taken in part is gone on with, whatever the next write has") {
  End end(64);
  const std::string text = pattern(100);
  CHECK(end.stream->write_some(bytes(text)).count == 62);
  CHECK(end.stream->write_some(bytes(text).subspan(62)).count == 0);
  std::string sent = end.sent();
  CHECK(sent.substr(0, 2) == "\x82\x64");
  CHECK(end.stream->write_some(bytes(text + "next").subspan(62)).count == 38);
  CHECK(end.stream->write_some(bytes("next")).count == 4);
  sent += end.sent();
  CHECK((sent == "\x82\x64" + text + "\x82\x04next"));
}

TEST_CASE("pings are answered and pongs are not, also inside of a message") {
  End end;
  std::string text;
  end.send(end.frame(0x02, "Hel") + end.frame(0x89, "you?") + end.frame(0x8a, "unasked") +
           end.frame(0x80, "lo"));
  end.read(&text);
  CHECK(text == "Hello");
  CHECK(end.sent() == "\x8a\x04you?");
  end.send(end.frame(0x89, "1") + end.frame(0x89, "2") + end.frame(0x89, ""));
  CHECK_FALSE(end.read_error());
  CHECK(end.sent() ==
        "\x8a\x01"
        "1\x8a\x01"
        "2\x8a\x00"s);
}

TEST_CASE("pongs that a peer does not read give way to the last, in bounded memory") {
  End end(64);
  CHECK(end.stream->write_some(bytes(std::string(62, '.'))).count == 62);
  for (int i = 0; i < 1000; ++i) {
    end.send(end.frame(0x89, std::to_string(i)));
    CHECK_FALSE(end.read_error());
  }
  std::string sent;
  for (std::string some = end.sent(); !some.empty(); some = end.sent()) {
    sent += some;
    run_ready(end.context);
  }
  CHECK(sent.size() < 64 + 2048 + 10);
  CHECK(sent.substr(64, 6) ==
        "\x8a\x01"
        "0\x8a\x01"
        "1");
  CHECK(
      sent.ends_with("\x8a\x03"
                     "999"));
}

TEST_CASE("a pong waits for the end of our frame, and then for room, without being asked") {
  End end(64);
  const std::string text = pattern(100);
  CHECK(end.stream->write_some(bytes(text)).count == 62);
  end.send(end.frame(0x89, "you?"));
  CHECK_FALSE(end.read_error());
  run_ready(end.context);
  std::string sent = end.sent();
  CHECK(end.stream->write_some(bytes(text).subspan(62)).count == 38);
  const std::string filler(24, '.');
  CHECK(end.stream->write_some(bytes(filler)).count < 24);  // it fills the stream below
  sent += end.sent();
  CHECK(sent.substr(0, 102 + 6) == "\x82\x64" + text + "\x8a\x04you?");

  End full(64);
  CHECK(full.stream->write_some(bytes(std::string(62, '.'))).count == 62);
  full.send(full.frame(0x89, "you?"));
  CHECK_FALSE(full.read_error());
  CHECK(full.sent().size() == 64);
  run_ready(full.context);
  CHECK(full.sent() == "\x8a\x04you?");
}

TEST_CASE("shutdown_send sends a close frame, and the answer to it is the end") {
  Pair pair;
  CHECK(pair.client->write_some(bytes("last")).count == 4);
  pair.client->shutdown_send();
  CHECK(pair.client->write_some(bytes("late")).error == std::errc::broken_pipe);
  Reader reader(*pair.server);
  run_until(pair.context, [&] { return bool(reader.error); });
  CHECK(reader.text == "last");
  CHECK(reader.error == Error::end_of_stream);
  CHECK(pair.server->failure().empty());
  CHECK(pair.server->write_some(bytes("late")).error == std::errc::broken_pipe);
  Reader answer(*pair.client);
  run_until(pair.context, [&] { return bool(answer.error); });
  CHECK(answer.error == Error::end_of_stream);
  CHECK(pair.client->failure().empty());
}

TEST_CASE("the close frame and the end below follow what is still on its way") {
  End end(64);
  CHECK(end.stream->write_some(bytes(std::string(61, '.'))).count == 61);
  end.stream->shutdown_send();
  run_ready(end.context);
  std::string sent = end.sent();
  run_ready(end.context);
  sent += end.sent();
  CHECK(sent.ends_with("\x88\x02\x03\xe8"));
  std::uint8_t byte;
  CHECK(end.peer->read_some({&byte, 1}).error == Error::end_of_stream);
}

TEST_CASE("a close frame of the peer is answered, and ends the stream") {
  End end;
  std::string text;
  end.send(end.frame(0x82, "last") + end.frame(0x88, "\x03\xe8") + end.frame(0x82, "late"));
  CHECK_FALSE(end.read(&text).error);
  CHECK(text == "last");
  CHECK(end.sent() == "\x88\x02\x03\xe8");
  Recorder recorder;
  end.stream->set_handler(&recorder);
  end.stream->wait_readable();  // nothing more comes from below, and yet
  CHECK(recorder.readable == 0);
  run_ready(end.context);
  CHECK(recorder.readable == 1);
  CHECK(end.read_error() == Error::end_of_stream);
  CHECK(end.read_error() == Error::end_of_stream);
  CHECK(end.stream->failure().empty());
}

TEST_CASE("a close frame that gives a reason has it told") {
  End end;
  end.send(end.frame(0x88, "\x03\xf0no\x07 entry"));
  CHECK(end.read_error() == Error::web_socket_closed);
  CHECK(end.stream->failure() ==
        "the client closed the WebSocket with status 1008 (policy violation): no? entry");
  CHECK(end.sent() == "\x88\x02\x03\xf0");
  End empty;
  empty.send(empty.frame(0x88, ""));
  CHECK(empty.read_error() == Error::end_of_stream);
  CHECK(empty.sent() == "\x88\x00"s);
}

TEST_CASE("an end below without a close frame is an end, and says so") {
  End end;
  end.send(end.frame(0x82, "x"));
  end.peer->shutdown_send();
  CHECK(end.read().count == 1);
  CHECK(end.read_error() == Error::end_of_stream);
  CHECK(contains(end.stream->failure(), "without a close frame"));
}

TEST_CASE("frames that are not allowed end it, with a status that the peer can read") {
  End text;
  text.send(text.frame(0x82, "ok") + text.frame(0x81, "text"));
  std::string data;
  CHECK_FALSE(text.read(&data).error);
  CHECK(data == "ok");
  CHECK(text.read_error() == Error::web_socket_failed);
  CHECK(text.stream->failure() == "the client sent a text message, but MQTT is in binary ones");
  CHECK(text.sent() == "\x88\x02\x03\xeb");
  CHECK(text.stream->write_some(bytes("x")).error == Error::web_socket_failed);

  End unmasked;
  unmasked.send("\x82\x02no");
  CHECK(unmasked.read_error() == Error::web_socket_failed);
  CHECK(contains(unmasked.stream->failure(), "without a mask"));
  CHECK(unmasked.sent() == "\x88\x02\x03\xea");
}

TEST_CASE("a wait is answered once, at once when frames came with the handshake") {
  asio::io_context context;
  auto [ours, theirs] = memory_stream_pair(context);
  auto server = accept_web_socket(std::move(ours), {});
  theirs->write_some(
      bytes("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n" +
            Frames{WebSocketRole::client}(0x82, "hi")));
  Recorder recorder;
  server->set_handler(&recorder);
  std::string text;
  recorder.when_readable = [&] {
    std::uint8_t byte;
    const IoResult result = server->read_some({&byte, 1});
    text.append(result.count, static_cast<char>(byte));
    if (text.size() < 2) server->wait_readable();
  };
  server->wait_readable();
  server->wait_readable();
  run_ready(context);
  CHECK(text == "hi");
  const int calls = recorder.readable;
  run_ready(context);
  CHECK(recorder.readable == calls);
}

TEST_CASE("both waits are answered, in whatever order") {
  Pair pair;
  Recorder recorder;
  pair.server->set_handler(&recorder);
  pair.server->wait_readable();
  pair.server->wait_writable();
  CHECK(recorder.writable == 0);
  run_ready(pair.context);
  CHECK(recorder.writable == 1);
  CHECK(recorder.readable == 0);
  pair.client->write_some(bytes("x"));
  run_ready(pair.context);
  CHECK(recorder.writable == 1);
  CHECK(recorder.readable == 1);
}

TEST_CASE("a handler may close or destroy the stream that calls it") {
  for (const bool destroy : {true, false}) {
    for (const bool writing : {true, false}) {
      Pair pair;
      Recorder recorder;
      pair.server->set_handler(&recorder);
      const auto leave = [&] {
        if (destroy) return pair.server.reset();
        pair.server->close();
        std::uint8_t byte;
        CHECK(pair.server->read_some({&byte, 1}).error == Error::closed);
        CHECK(pair.server->write_some({&byte, 1}).error == Error::closed);
      };
      (writing ? recorder.when_writable : recorder.when_readable) = leave;
      pair.server->wait_readable();
      pair.server->wait_writable();
      pair.client->write_some(bytes("x"));
      run_ready(pair.context);
      CHECK(recorder.readable + recorder.writable >= 1);
      CHECK((writing ? recorder.writable : recorder.readable) == 1);
      Reader reader(*pair.client);
      run_until(pair.context, [&] { return bool(reader.error); });
      CHECK(reader.error == Error::web_socket_closed);
      CHECK(contains(pair.client->failure(), "the server closed the WebSocket with status 1001"));
    }
  }
}

TEST_CASE("what the stream below says of itself is passed on") {
  Pair pair;
  CHECK(pair.client->description() == "memory");
  CHECK(pair.client->peer_address().empty());
  CHECK(pair.client->peer_identity().empty());
  pair.client->set_handler(nullptr);
  pair.client->wait_readable();
  pair.server.reset();
  run_ready(pair.context);  // nobody is told
}

}  // namespace mqrig::net::tests
