#include <unistd.h>

#include <mqrig/net/watch.hpp>

namespace mqrig::net {

// Small, so that Asio's wait operation stays small: one of them is kept per idle connection.
template <bool reading>
struct Watch::Ready {
  WatchPtr watch;

  // Whatever ended the wait, the next read or write will say it. That includes "not supported",
  // which the reactor answers for files that are always ready.
  void operator()(const std::error_code&) const {
    (reading ? watch->read_waiting_ : watch->write_waiting_) = false;
    StreamHandler* handler = watch->handler_;
    if (handler == nullptr) return;
    if constexpr (reading) {
      handler->on_readable();
    } else {
      handler->on_writable();
    }
  }
};

WatchPtr Watch::open(asio::io_context& context, int descriptor, std::error_code& error) {
  WatchPtr watch(new Watch(context));
  watch->descriptor_.assign(descriptor, error);
  if (!error) return watch;
  ::close(descriptor);
  // Asio's own category does not compare with std::errc.
  error = {error.value(), std::system_category()};
  return {};
}

template <bool reading>
void Watch::wait(bool& waiting) {
  if (waiting || !descriptor_.is_open()) return;
  waiting = true;
  descriptor_.async_wait(reading ? Descriptor::wait_read : Descriptor::wait_write,
                         Ready<reading>{WatchPtr(this)});
}

void Watch::wait_readable() {
  wait<true>(read_waiting_);
}

void Watch::wait_writable() {
  wait<false>(write_waiting_);
}

void Watch::close() {
  handler_ = nullptr;
  std::error_code ignored;
  descriptor_.close(ignored);
}

}  // namespace mqrig::net
