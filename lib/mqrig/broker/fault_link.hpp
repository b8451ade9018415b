// What faults do to the output of one connection.
#pragma once

#include <deque>
#include <functional>

#include <mqrig/broker/faults.hpp>
#include <mqrig/broker/made_faults.hpp>
#include <mqrig/net/timer.hpp>
#include <mqrig/session/time.hpp>
#include <mqrig/wire/buffer.hpp>

namespace mqrig::broker {

// Drops, doubles, changes and reorders PUBLISHs, and holds all output back for a while, in its
// order. Only connections of a broker that makes faults have one. A PUBLISH suffers one of these:
// what vanishes or is corrupt neither changes places within its topic nor comes twice, so that a
// receiver finds as many of each as `made` counts.
class FaultLink {
 public:
  // `due` is called when something that was held back may be written: take ready().
  FaultLink(Faults& faults, MadeFaults& made, asio::io_context& context, std::function<void()> due)
      : faults_(faults), made_(made), timer_(context, std::move(due)) {}

  // A PUBLISH was appended to `out` at `start`: it may vanish, change, come twice, or go behind one
  // that follows.
  void published(wire::Buffer& out, std::size_t start, wire::Version version);
  // PUBACK or PUBREC for a message of this QoS was appended at `start`: it may vanish.
  void acknowledged(wire::Buffer& out, std::size_t start, wire::QoS qos);
  // The protocol has appended its answers from `start` on: each PUBCOMP may vanish, and DISCONNECT
  // leaves no PUBLISH behind.
  void answered(wire::Buffer& out, std::size_t start);
  // Appends the PUBLISH that waits for the next one, if there is one.
  void release(wire::Buffer& out);
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

  bool corrupt(wire::Buffer& out, std::size_t start, wire::Version version);
  void duplicate(wire::Buffer& out, std::size_t start);
  void hold(wire::Buffer& out, std::size_t start, bool within_topic);
  void follow(wire::Buffer& out, std::size_t start, bool corrupted);
  void wait_for_next(wire::Buffer& out, session::Time now);

  Faults& faults_;
  MadeFaults& made_;
  net::Timer timer_;
  std::deque<Chunk> chunks_;
  std::size_t held_ = 0;  // bytes in chunks
  wire::Buffer ready_;
  wire::Buffer late_;  // a PUBLISH that waits for the next one, with its copy
  session::Time late_until_ = session::never;  // set at the end of its turn
  bool within_topic_ = false;                  // it waits for one of its own topic
};

}  // namespace mqrig::broker
