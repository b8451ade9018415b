#pragma once

#include <functional>
#include <initializer_list>
#include <memory>

namespace asio {
class io_context;
}

namespace mqrig::net {

// Turns signals into calls from the event loop, each time one arrives. A signal that this process
// was started to ignore (nohup, a background job) stays ignored. Destroying it restores the default
// action. Watching is work of the io_context: run() does not return while it watches. Belongs to
// the thread of its io_context, and must be destroyed before it.
class Signals {
 public:
  using Callback = std::function<void(int signal)>;

  // SIGINT, SIGTERM and SIGHUP.
  Signals(asio::io_context& context, Callback callback);
  // Those given, each of which one object at a time may watch: {SIGTERM, SIGUSR1}.
  Signals(asio::io_context& context, std::initializer_list<int> signals, Callback callback);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace mqrig::net
