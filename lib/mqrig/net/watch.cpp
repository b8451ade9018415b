#include <unistd.h>

#include <mqrig/net/reactor.hpp>
#include <mqrig/net/watch.hpp>
#include <utility>

namespace mqrig::net {

std::error_code Watch::open(asio::io_context& context, int descriptor) {
  reactor_ = &asio::use_service<Reactor>(context);
  descriptor_ = descriptor;
  const std::error_code error = reactor_->add(*this);
  if (error) ::close(std::exchange(descriptor_, -1));
  return error;
}

void Watch::wait(std::uint8_t direction) {
  if (descriptor_ >= 0) reactor_->wait(*this, direction);
}

void Watch::close() {
  handler_ = nullptr;
  if (descriptor_ < 0) return;
  reactor_->remove(*this);
  ::close(std::exchange(descriptor_, -1));
}

}  // namespace mqrig::net
