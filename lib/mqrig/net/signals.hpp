#pragma once

#include <functional>
#include <memory>

namespace asio {
class io_context;
}

namespace mqrig::net {

// Turns SIGINT, SIGTERM and SIGHUP into calls from the event loop, each time one arrives. A signal
// that this process was started to ignore (nohup, a background job) stays ignored. Destroying it
// restores the default action. Watching is work of the io_context: run() does not return while it
// watches. Belongs to the thread of its io_context, and must be destroyed before it.
class Signals {
 public:
  using Callback = std::function<void(int signal)>;

  Signals(asio::io_context& context, Callback callback);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace mqrig::net
