#include <mqrig/net/deferred.hpp>
#include <mqrig/net/reactor.hpp>
#include <utility>

namespace mqrig::net {

Deferred::Deferred(asio::io_context& context, Callback callback)
    : reactor_(asio::use_service<Reactor>(context)), callback_(std::move(callback)) {}

Deferred::~Deferred() {
  if (requested_) reactor_.forget(*this);
}

void Deferred::request() {
  if (std::exchange(requested_, true)) return;
  reactor_.defer(*this);
}

void Deferred::hand_out() {
  reactor_.hand_out();
}

// The callback stays alive while it runs, also if it destroys this.
void Deferred::call() {
  requested_ = false;
  const Callback running = callback_;
  running();
}

}  // namespace mqrig::net
