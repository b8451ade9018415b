// One session on one stream: the pump between them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

#include <mqrig/client/handler.hpp>
#include <mqrig/net/stream.hpp>
#include <mqrig/session/client_session.hpp>
#include <mqrig/wire/buffer.hpp>

namespace asio {
class io_context;
}

namespace mqrig::client {

// Reads what is there, feeds the session, hands its events on, writes once per turn of the event
// loop. An idle connection owns no buffer: reading uses one of the thread, what waits to be written
// is freed when it has gone, and only a part of a packet at the end of a read is kept.
//
// Made by std::make_shared; close() it before letting go. The owner is not called after close().
class Connection final : public std::enable_shared_from_this<Connection>,
                         private net::StreamHandler {
 public:
  // May close() the connection in each of these.
  class Owner {
   public:
    virtual void on_event(const session::Event& event) = 0;
    virtual void on_turn_end() = 0;
    // writable() holds again after it did not.
    virtual void on_writable() = 0;
    // After hold_output(): something waits for flush_all() or flush_requests().
    virtual void on_output() = 0;
    // The stream has ended, in order (net::Error::end_of_stream) or not, or finish() is done.
    virtual void on_stream_end(std::error_code error) = 0;
    // The deadline of the session has changed.
    virtual void on_deadline(session::Time deadline) = 0;
    virtual void on_packet(Direction direction, wire::ByteView packet) = 0;

   protected:
    ~Owner() = default;
  };

  // The session is open()ed on it by the caller, with out() and now().
  Connection(asio::io_context& context, std::unique_ptr<net::Stream> stream,
             session::ClientSession& session, Owner& owner, bool trace);
  ~Connection();

  void start();
  // Before start(): nothing is written but what flush_all() and flush_requests() found.
  void hold_output() noexcept { held_ = true; }
  // What is in out() now may leave.
  void flush_all();
  // What is in out() now and tells the peer nothing about messages may leave, ahead of the rest.
  void flush_requests();
  // What is in out() now is the last that leaves: what is appended after it is dropped.
  void close_output() noexcept { last_ = out_.size(); }
  // Before anything else: what has not been written yet of a packet that the owner began to write,
  // and has traced. It leaves without being held.
  void continue_packet(wire::ByteView rest);
  // Ends the stream after what is in out() has been written, drops what still comes, and waits for
  // the peer's end.
  void finish();
  // Drops everything; idempotent.
  void close() noexcept;

  // Where the session appends. Call touch() afterwards: it writes at the end of the turn, or at
  // once when much has gathered.
  wire::Buffer& out() noexcept { return out_; }
  void touch();
  // The time of this turn, read once.
  session::Time now();
  // False when the peer takes less than we write: wait for on_writable().
  bool writable() const noexcept { return !broken_ && out_.size() < enough(); }
  // Bytes that the stream has not taken yet.
  std::size_t unwritten() const noexcept { return out_.size(); }
  // True when the stream has taken all that was appended.
  bool all_written() const noexcept { return out_.empty() && !broken_; }

  void pause_reading();
  void resume_reading();
  // Tells the session that its deadline has passed.
  void timeout();

  const net::Stream& stream() const noexcept { return *stream_; }
  // The first bytes that came, for guessing what the peer speaks.
  std::string_view first_bytes() const noexcept { return {first_.data(), first_size_}; }

  // The size at which gathered output is written within a turn. What is held back gathers until the
  // disk has it: few large commits cost less than many small ones.
  std::size_t enough() const noexcept { return held_ ? 1024 * 1024 : 64 * 1024; }

 private:
  void on_readable() override;
  void on_writable() override;
  bool read_once();
  net::IoResult fill(wire::ByteView& bytes);
  void feed(wire::ByteView bytes);
  void feed_traced(wire::ByteView& bytes);
  bool next_event(wire::ByteView& bytes);
  void remember_first(wire::ByteView bytes) noexcept;
  void discard();
  void post_turn();
  void end_turn();
  void flush();
  wire::ByteView sendable() const noexcept;
  void drop_excess() noexcept;
  void write();
  void tell_writable();
  void trace_output();
  void end(std::error_code error);

  asio::io_context& context_;
  std::unique_ptr<net::Stream> stream_;
  session::ClientSession& session_;
  Owner& owner_;
  wire::Buffer out_;
  wire::Buffer rest_;                // a part of a packet
  std::size_t wanted_ = 0;           // the size of the packet that begins in rest_, as far as known
  std::size_t allowed_ = 0;          // bytes at the front of out_ that may leave, when held_
  std::size_t traced_ = 0;           // bytes at the front of out_ that were traced
  std::optional<std::size_t> last_;  // after close_output(): bytes of out_ that may still leave
  session::Event event_;
  session::Time now_{};
  session::Time deadline_{};
  std::array<char, 8> first_{};
  std::uint8_t first_size_ = 0;
  bool trace_;
  bool held_ = false;         // writes only what the owner allows
  bool output_told_ = false;  // flush_all() or flush_requests() will come
  bool closed_ = false;
  bool in_turn_ = false;  // end_turn() will come
  bool turn_posted_ = false;
  bool waiting_to_write_ = false;
  bool blocked_ = false;  // the owner was told that writable() does not hold
  bool paused_ = false;
  bool finishing_ = false;
  bool shut_down_ = false;
  std::error_code broken_;  // writing has failed
};

}  // namespace mqrig::client
