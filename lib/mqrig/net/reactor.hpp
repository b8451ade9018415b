#pragma once

#include <sys/epoll.h>

#include <array>
#include <asio/io_context.hpp>
#include <asio/posix/basic_descriptor.hpp>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <vector>

namespace mqrig::net {

class Deferred;
class Watch;

// Tells the watches of one io_context when their descriptors are ready. The descriptors are in an
// epoll set of their own, and only that set is known to Asio: what is ready together is handed out
// together, and neither a wait nor its answer costs an operation in Asio or, as a rule, a system
// call. An idle descriptor takes no memory here. Private to this room.
//
// A service of its io_context: made with the first watch, gone with the context, and used by its
// thread only.
class Reactor : public asio::execution_context::service {
 public:
  using key_type = Reactor;
  static asio::execution_context::id id;

  // Throws std::system_error if the system gives it no epoll set.
  explicit Reactor(asio::io_context& context);

  // Begins to watch; the address of `watch` stays the same until remove(). EPERM: what this
  // descriptor stands for is always ready, and cannot be watched.
  std::error_code add(Watch& watch);
  void remove(Watch& watch);
  // `direction`: Watch::reading or Watch::writing. While any wait is under way, run() does not
  // return.
  void wait(Watch& watch, std::uint8_t direction);

  // Calls it when the batch that is being handed out is, or else soon.
  void defer(Deferred& deferred);
  void forget(Deferred& deferred);
  // Hands out one more batch, in a deferred call.
  void hand_out();

 private:
  struct Turn;
  struct Poller : asio::posix::basic_descriptor<asio::io_context::executor_type> {
    using basic_descriptor::basic_descriptor;
  };

  // More than a wake-up finds as a rule, and few enough that the other work of the loop, timers and
  // what was posted, gets its turn.
  static constexpr std::size_t batch_size = 256;

  void shutdown() override;
  void update_wait();
  void dispatch();
  void call_deferred();
  void post_deferred();
  void deliver(const epoll_event& event);
  void answer(Watch& watch, std::uint8_t direction);
  void register_interest(Watch& watch, std::uint8_t directions);

  asio::io_context& context_;
  Poller poller_;
  std::size_t waits_ = 0;
  bool armed_ = false;  // Asio will call when the set has something
  bool dispatching_ = false;
  bool posted_ = false;  // a call of call_deferred()
  std::vector<Deferred*> deferred_;
  std::size_t next_ = 0;  // of the batch
  std::size_t count_ = 0;
  std::array<epoll_event, batch_size> batch_;
};

}  // namespace mqrig::net
