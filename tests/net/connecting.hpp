#pragma once

#include <mqrig/net/connect.hpp>

#include "tests/net/listener.hpp"
#include "tests/net/loop.hpp"

namespace mqrig::net::tests {

// What a connector answered.
struct Outcome {
  bool called = false;
  std::error_code error;
  std::unique_ptr<Stream> stream;

  Connector::Callback record() {
    return [this](std::error_code error_, std::unique_ptr<Stream> stream_) {
      REQUIRE_FALSE(called);
      called = true;
      error = error_;
      stream = std::move(stream_);
    };
  }
};

// The other end of a connection, as a script: reads what must come, answers it.
class ScriptedPeer {
 public:
  ScriptedPeer(asio::io_context& context, Descriptor accepted) : context_(context) {
    std::error_code error;
    stream_ = open_socket(context_, accepted.release(), error);
    REQUIRE(stream_);
    stream_->set_handler(&recorder_);
  }

  // Turns the loop until that many bytes have come.
  std::string read(std::size_t size) {
    return read_until([size](const std::string& text) { return text.size() >= size; }, size);
  }
  std::string read_to(std::string_view end) {
    return read_until([end](const std::string& text) { return text.ends_with(end); }, 1);
  }
  void write(std::string_view text) {
    const IoResult result = stream_->write_some(bytes(text));
    REQUIRE(result.count == text.size());
  }
  // Lets the other end see each byte alone.
  void write_slowly(std::string_view text) {
    for (const char& c : text) {
      write({&c, 1});
      run_ready(context_);
    }
  }
  void close() { stream_->close(); }
  Stream& stream() { return *stream_; }

 private:
  std::string read_until(const std::function<bool(const std::string&)>& complete,
                         std::size_t at_once) {
    std::string text;
    bool ended = false;
    run_until(context_, [&] {
      while (!ended && !complete(text)) {
        std::uint8_t buffer[4096];
        const std::size_t most = at_once > 1 ? at_once - text.size() : 1;
        const IoResult result = stream_->read_some({buffer, std::min(most, sizeof buffer)});
        text.append(reinterpret_cast<const char*>(buffer), result.count);
        ended = bool(result.error);
        if (result.count == 0 && !ended) {
          stream_->wait_readable();
          return false;
        }
      }
      return true;
    });
    return text;
  }

  asio::io_context& context_;
  Recorder recorder_;
  std::unique_ptr<Stream> stream_;
};

// A connector, and a listener at the other end.
struct ConnectFixture {
  asio::io_context context;
  Connector connector{context};
  Outcome outcome;
  Listener listener{"127.0.0.1"};

  // Begins, and gives the other end of the connection.
  ScriptedPeer begin(ConnectOptions options) {
    outcome = {};
    connector.start(std::move(options), outcome.record());
    return accept();
  }
  ScriptedPeer accept() {
    run_until(context, [this] { return listener.has_connection(); });
    return ScriptedPeer(context, listener.accept());
  }
  void wait() {
    run_until(context, [this] { return outcome.called; });
    CHECK((outcome.stream != nullptr) == !outcome.error);
  }
  std::string port() const { return std::to_string(listener.port()); }
};

// What one end writes, the other reads.
inline void check_passes(asio::io_context& context, Stream& from, Stream& to) {
  Writer writer(from, "through");
  Recorder recorder;
  to.set_handler(&recorder);
  std::string text;
  run_until(context, [&] {
    std::uint8_t buffer[64];
    const IoResult result = to.read_some(buffer);
    text.append(reinterpret_cast<const char*>(buffer), result.count);
    if (text.size() < 7) to.wait_readable();
    return text.size() >= 7 || result.error;
  });
  CHECK(text == "through");
  from.set_handler(nullptr);
  to.set_handler(nullptr);
}

}  // namespace mqrig::net::tests
