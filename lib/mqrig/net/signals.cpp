#include <asio/basic_signal_set.hpp>
#include <asio/io_context.hpp>
#include <csignal>
#include <mqrig/net/signals.hpp>

namespace mqrig::net {

// Shared with the wait under way, which finds `stopped` when the watcher is gone.
struct Signals::State : std::enable_shared_from_this<State> {
  State(asio::io_context& context, std::initializer_list<int> signals, Callback callback_)
      : set(context), callback(std::move(callback_)) {
    for (const int signal : signals) {
      struct sigaction current {};
      const bool ignored =
          ::sigaction(signal, nullptr, &current) == 0 && current.sa_handler == SIG_IGN;
      if (!ignored) set.add(signal);
    }
  }

  void wait() {
    set.async_wait([self = shared_from_this()](const std::error_code& error, int signal) {
      if (error || self->stopped) return;
      self->wait();
      self->callback(signal);
    });
  }

  asio::basic_signal_set<asio::io_context::executor_type> set;
  Callback callback;
  bool stopped = false;
};

Signals::Signals(asio::io_context& context, Callback callback)
    : Signals(context, {SIGINT, SIGTERM, SIGHUP}, std::move(callback)) {}

Signals::Signals(asio::io_context& context, std::initializer_list<int> signals, Callback callback)
    : state_(std::make_shared<State>(context, signals, std::move(callback))) {
  state_->wait();
}

Signals::~Signals() {
  state_->stopped = true;
  std::error_code ignored;
  state_->set.clear(ignored);  // the default actions are back
  state_->set.cancel(ignored);
}

}  // namespace mqrig::net
