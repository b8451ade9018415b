#pragma once

#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <mqrig/net/stream.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::net::tests {

// Turns the event loop until the condition holds. Fails the test after ten seconds.
inline void run_until(asio::io_context& context, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    const bool in_time = std::chrono::steady_clock::now() < end;
    REQUIRE(in_time);
    context.restart();
    context.run_one_for(std::chrono::milliseconds(100));
  }
}

// Turns the event loop until nothing is ready any more.
inline void run_ready(asio::io_context& context) {
  context.restart();
  while (context.poll() > 0) context.restart();
}

// Counts what it is told, and may pass it on.
struct Recorder : StreamHandler {
  int readable = 0;
  int writable = 0;
  std::function<void()> when_readable;
  std::function<void()> when_writable;

  void on_readable() override {
    ++readable;
    if (when_readable) when_readable();
  }
  void on_writable() override {
    ++writable;
    if (when_writable) when_writable();
  }
};

inline std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// A pattern in which no two neighbouring blocks look alike.
inline std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * 131 + i / 251) & 0xff);
  return text;
}

// Writes all of a text and reads to the end, with waits as a user of the stream makes them.
class Writer final : public Recorder {
 public:
  Writer(Stream& stream, std::string text) : stream_(stream), text_(std::move(text)) {
    stream_.set_handler(this);
    when_writable = [this] { go_on(); };
    go_on();
  }
  bool done() const { return sent_ == text_.size() || error; }
  std::error_code error;
  int stalls = 0;

 private:
  void go_on() {
    while (!done()) {
      const IoResult result = stream_.write_some(bytes(text_).subspan(sent_));
      sent_ += result.count;
      error = result.error;
      if (result.count == 0 && !result.error) {
        ++stalls;
        return stream_.wait_writable();
      }
    }
  }
  Stream& stream_;
  std::string text_;
  std::size_t sent_ = 0;
};

class Reader final : public Recorder {
 public:
  explicit Reader(Stream& stream) : stream_(stream) {
    stream_.set_handler(this);
    when_readable = [this] { go_on(); };
    stream_.wait_readable();
  }
  std::string text;
  std::error_code error;

 private:
  void go_on() {
    std::vector<std::uint8_t> buffer(65536);
    for (;;) {
      const IoResult result = stream_.read_some(buffer);
      text.append(reinterpret_cast<const char*>(buffer.data()), result.count);
      error = result.error;
      if (result.error) return;
      if (result.count == 0) return stream_.wait_readable();
    }
  }
  Stream& stream_;
};

}  // namespace mqrig::net::tests
