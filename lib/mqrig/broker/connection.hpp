// One network connection: the pump between a stream and the protocol.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <mqrig/broker/fault_link.hpp>
#include <mqrig/broker/observer.hpp>
#include <mqrig/net/stream.hpp>
#include <mqrig/session/deadline_wheel.hpp>
#include <mqrig/session/server_session.hpp>
#include <mqrig/wire/buffer.hpp>

namespace mqrig::broker {

class Session;
struct ConnectRequest;

// Reads what is there, feeds the protocol and hands its events on; what is to be sent gathers in
// out() until the owner calls flush() at the end of its turn. An idle connection owns no buffer:
// reading uses one of the thread, what was written is freed, and only a part of a packet at the end
// of a read is kept.
//
// A client that takes less than it is sent is not read from while more than its share waits, so
// that its own requests can't grow that without bound.
class Connection final : public session::DeadlineWheel::Hook, private net::StreamHandler {
 public:
  // May disconnect() or close() the connection in each of these; it is destroyed after the turn.
  class Owner {
   public:
    // The time of the turn, which begins if none is under way.
    virtual session::Time begin_turn() = 0;
    virtual void on_event(Connection& connection, session::ServerEvent& event) = 0;
    // There is something to write: call flush() at the end of the turn.
    virtual void on_touched(Connection& connection) = 0;
    // The client has taken most of what waited: there is room again, and it may be read from.
    virtual void on_drained(Connection& connection) = 0;
    // Reading or writing has failed, and `failure` is what the code does not say; on_broken() or
    // on_closed() follows.
    virtual void on_failure(Connection& connection, const std::string& failure) = 0;
    // Writing has failed, perhaps while others are being sent something: close() it later.
    virtual void on_broken(Connection& connection) = 0;
    // deadline() may be nearer than it was.
    virtual void on_deadline(Connection& connection) = 0;
    // It is closed; nothing is called after this.
    virtual void on_closed(Connection& connection) = 0;
    virtual void on_packet(Connection& connection, Direction direction, wire::ByteView packet) = 0;
    // Nothing is read while the owner can't keep what is read.
    virtual bool may_read() const noexcept = 0;
    // What was appended may leave before the end of the turn.
    virtual bool may_write_early() const noexcept = 0;
    virtual void count_bytes(std::size_t received, std::size_t sent) noexcept = 0;

   protected:
    ~Owner() = default;
  };

  // `output_limit`: bytes that may wait before the client is not read from.
  Connection(Owner& owner, std::unique_ptr<net::Stream> stream,
             const session::ServerSettings& settings, std::size_t output_limit, bool trace);
  ~Connection();

  void start();

  session::ServerSession& protocol() noexcept { return protocol_; }
  const session::ServerSession& protocol() const noexcept { return protocol_; }
  wire::Buffer& out() noexcept { return out_; }
  // Bytes that the stream has not taken, faults' delays included.
  std::size_t unsent() const noexcept { return out_.size() + (link_ ? link_->size() : 0); }
  // May more than answers be appended? If not, on_drained() is going to be called.
  bool has_room() noexcept;
  // Something was appended to out().
  void touch();
  // A whole PUBLISH was appended to out() at `start`; touches.
  void published(std::size_t start);
  void flush();

  // Goes on after an event that had to be decided upon, after may_read() did not hold, or when
  // there is room again; not before all of this is so.
  void resume_reading();
  bool paused() const noexcept { return paused_; }

  // Appends DISCONNECT (5.0) and ends the connection when that is written.
  void disconnect(wire::ReasonCode reason, wire::Properties properties = {});
  // Ends the connection when all is written: shuts our direction down and waits for the peer's end,
  // so that the kernel does not throw the last bytes away.
  void finish();
  // Ends it at once.
  void close();
  bool open() const noexcept { return state_ == State::open; }
  bool closed() const noexcept { return state_ == State::closed; }

  // The next time at which look() has something to do.
  session::Time deadline() const noexcept;
  // Deals with deadlines that have passed.
  void look(session::Time now);

  // "127.0.0.1:4711", "unix", "memory".
  std::string peer() const;
  // Without the port; empty if it is no TCP connection.
  std::string address() const { return stream_->peer_address(); }

  // See net::Stream.
  std::string identity() const { return stream_->peer_identity(); }
  std::vector<std::string> facts() const { return stream_->facts(); }

  // Both outlive the connection.
  void make_faults(Faults& faults, MadeFaults& made, asio::io_context& context);
  FaultLink* faults() noexcept { return link_.get(); }

  // The owner's: the session after CONNACK, and the CONNECT that is being decided upon.
  Session* session = nullptr;
  std::unique_ptr<ConnectRequest> request;
  std::uint32_t index = 0;  // in the owner's list
  bool identity_is_user_name = false;

 private:
  enum class State : std::uint8_t { open, finishing, closed };

  void on_readable() override;
  void on_writable() override;
  bool read_once(session::Time now);
  net::IoResult fill(wire::ByteView& bytes);
  void feed(wire::ByteView bytes, session::Time now);
  bool feed_packet(wire::ByteView& bytes, session::Time now);
  void read_on();
  bool overfull() const noexcept;
  void pause(session::Time now);
  void write(wire::Buffer& from);
  void fail();
  void tell_failure();
  void written();
  bool drained() const noexcept { return unsent() <= output_limit_ / 2; }
  void trace_output();

  Owner& owner_;
  std::unique_ptr<net::Stream> stream_;
  session::ServerSession protocol_;
  wire::Buffer out_;
  wire::Buffer rest_;                          // a part of a packet, or what came behind CONNECT
  std::unique_ptr<FaultLink> link_;            // null: no faults
  session::Time give_up_at_ = session::never;  // on a peer that takes nothing, or does not close
  std::uint32_t wanted_ = 0;  // the size of the packet that begins in rest_, as far as known
  std::uint32_t traced_ = 0;  // bytes at the front of out_ that were traced
  std::uint32_t output_limit_;
  std::uint32_t expected_ = 0;  // bytes to be written at once, going by the last time
  State state_ = State::open;
  bool trace_ : 1;
  bool touched_ : 1 = false;
  bool paused_ : 1 = false;
  bool waiting_to_write_ : 1 = false;
  bool blocked_ : 1 = false;  // it is awaited that what was appended is taken
  bool broken_ : 1 = false;   // nothing can be written any more
  bool shut_down_ : 1 = false;
};

}  // namespace mqrig::broker
