// Messages between the coordinator and a worker process.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <mqrig/net/stream.hpp>
#include <mqrig/wire/buffer.hpp>

namespace asio {
class io_context;
}

namespace mqrig::load {

// What a message is: coordinator to worker, and back.
enum class FrameKind : std::uint8_t {
  order,    // see order_codec.hpp
  cut,      // a time
  sample,   // see sample.hpp
  failure,  // a text; the last one
};

// Whole frames over a connected socket: kind, length, content. Belongs to the thread of its
// io_context, and must be destroyed before it. Waiting for frames is work of the io_context.
class FrameLink final : private net::StreamHandler {
 public:
  // Called from the event loop; must not destroy the link.
  class Owner {
   public:
    virtual void on_frame(FrameKind kind, wire::ByteView content) = 0;
    // The other side is gone, or (then `fault` says what it is, a clause) sent what is no frame.
    // Once; nothing comes after it.
    virtual void on_end(const std::string& fault) = 0;

   protected:
    ~Owner() = default;
  };

  // The descriptor stays open, and the caller's. Throws std::system_error when it is no socket or
  // there are no more descriptors.
  FrameLink(asio::io_context& context, int descriptor, Owner& owner);
  FrameLink(const FrameLink&) = delete;
  FrameLink& operator=(const FrameLink&) = delete;

  // Sends at once what the socket takes, the rest when it does. Lost when the other side is gone.
  void send(FrameKind kind, wire::ByteView content);
  // Without the event loop: until all is sent, the other side is gone, or time is over.
  void flush(std::chrono::milliseconds patience);
  // No call after this.
  void close();

 private:
  void on_readable() override;
  void on_writable() override;
  // False when the link has ended.
  bool take_frames();
  void write();
  void end(const std::string& fault);

  Owner& owner_;
  const int descriptor_;
  std::unique_ptr<net::Stream> input_;
  std::unique_ptr<net::Stream> output_;
  wire::Buffer received_;
  wire::Buffer unsent_;
  bool open_ = true;
};

}  // namespace mqrig::load
