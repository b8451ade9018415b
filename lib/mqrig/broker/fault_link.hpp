// What faults do to the output of one connection.
#pragma once

#include <deque>
#include <functional>

#include <mqrig/broker/faults.hpp>
#include <mqrig/net/timer.hpp>
#include <mqrig/session/time.hpp>
#include <mqrig/wire/buffer.hpp>

namespace mqrig::broker {

// Drops and reorders PUBLISHs, and holds all output back for a while, in its order. Only
// connections of a broker that makes faults have one.
class FaultLink {
 public:
  // `due` is called when something that was held back may be written: take ready().
  FaultLink(Faults& faults, asio::io_context& context, std::function<void()> due)
      : faults_(faults), timer_(context, std::move(due)) {}

  // A PUBLISH was appended to `out` at `start`: it may vanish, or go behind the next one, if that
  // is of another topic.
  void published(wire::Buffer& out, std::size_t start);
  // An acknowledgement of this kind was appended at `start`: it may vanish.
  void acknowledged(wire::Buffer& out, std::size_t start, double probability);
  // The protocol has appended its answers from `start` on: each PUBCOMP may vanish.
  void answered(wire::Buffer& out, std::size_t start);
  // Takes all that is in `out`; ready() has what is due.
  void gather(wire::Buffer& out, session::Time now);
  wire::Buffer& ready() noexcept { return ready_; }
  // How long it may take until what is in `out` now is ready.
  session::Duration patience() const noexcept {
    return faults_.settings().delay + faults_.settings().jitter;
  }
  // Bytes held, ready ones included.
  std::size_t size() const noexcept { return held_ + ready_.size() + late_.size(); }

 private:
  struct Chunk {
    session::Time due;
    wire::Buffer bytes;
  };

  Faults& faults_;
  net::Timer timer_;
  std::deque<Chunk> chunks_;
  std::size_t held_ = 0;  // bytes in chunks
  wire::Buffer ready_;
  wire::Buffer late_;  // a PUBLISH that waits for the next one
};

}  // namespace mqrig::broker
