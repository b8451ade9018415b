#pragma once

#include <functional>

namespace asio {
class io_context;
}

namespace mqrig::net {

class Reactor;

// One call behind everything that is ready together: who gathers work from many streams does it
// there, at once for all of them. While the event loop hands out the streams that it has found
// ready, the call comes when the last of them has been told, before the system is asked again; at
// other times the loop makes it soon. Asking costs no system call and no allocation.
//
// Belongs to the thread of its io_context, and must be destroyed before it. A call that is asked
// for counts as work of the io_context.
class Deferred {
 public:
  using Callback = std::function<void()>;

  // Throws std::system_error if the system has no epoll set for the event loop.
  Deferred(asio::io_context& context, Callback callback);
  Deferred(const Deferred&) = delete;
  Deferred& operator=(const Deferred&) = delete;
  // No call after this.
  ~Deferred();

  // Asks for one call, never inside this one; asking again before it comes changes nothing. The
  // callback may ask for the next, which other work of the loop then precedes, or destroy this.
  void request();

  // In the callback only, and not when it has destroyed this: tells the streams that have become
  // ready since, before it returns. Worth a system call when what follows takes long.
  void hand_out();

 private:
  friend class Reactor;
  void call();

  Reactor& reactor_;
  Callback callback_;
  bool requested_ = false;
};

}  // namespace mqrig::net
