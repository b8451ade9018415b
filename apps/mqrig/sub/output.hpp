#pragma once

#include <memory>
#include <mqrig/net/stream.hpp>
#include <mqrig/wire/buffer.hpp>
#include <system_error>

namespace asio {
class io_context;
}

namespace mqrig::sub {

/// Standard output as a stream that never blocks: what is to be written gathers in one buffer.
class Output final : private net::StreamHandler {
 public:
  class Owner {
   public:
    /// The reader takes more, or is gone: call write().
    virtual void on_output_ready() = 0;

   protected:
    ~Owner() = default;
  };

  enum class State : std::uint8_t {
    written,  ///< Everything.
    waiting,  ///< The reader is slow; on_output_ready() will come.
    failed,   ///< See error().
  };

  /// What has gathered within a turn is to be written at this size.
  static constexpr std::size_t enough = 64 * 1024;

  /// The owner outlives the output. error() says whether there is a standard output at all.
  Output(asio::io_context& context, Owner& owner);

  wire::Buffer& buffer() { return buffer_; }
  State write();
  State state() const { return state_; }
  const std::error_code& error() const { return error_; }

 private:
  void on_readable() override {}
  void on_writable() override;

  std::unique_ptr<net::Stream> stream_;
  Owner& owner_;
  wire::Buffer buffer_;
  State state_ = State::written;
  std::error_code error_;
};

}  // namespace mqrig::sub
