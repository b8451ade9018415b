#include <algorithm>
#include <asio/post.hpp>
#include <bit>
#include <mqrig/net/deferred.hpp>
#include <mqrig/net/reactor.hpp>
#include <mqrig/net/system_call.hpp>
#include <mqrig/net/watch.hpp>
#include <utility>

namespace mqrig::net {
namespace {

int make_epoll_set() {
  const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
  if (descriptor < 0) throw std::system_error(last_system_error(), "epoll_create1");
  return descriptor;
}

// The end and an error come without being asked for. Where nothing is wanted, edge-triggered: once,
// and not again for as long as they last.
std::uint32_t events_of(std::uint8_t directions) {
  std::uint32_t events = directions == 0 ? std::uint32_t{EPOLLET} : 0;
  if ((directions & Watch::reading) != 0) events |= EPOLLIN;
  if ((directions & Watch::writing) != 0) events |= EPOLLOUT;
  return events;
}

// The end and an error answer both waits: the next read or write will say what it is.
std::uint8_t directions_of(std::uint32_t events) {
  constexpr std::uint32_t both = EPOLLHUP | EPOLLERR;
  std::uint8_t directions = 0;
  if ((events & (EPOLLIN | both)) != 0) directions |= Watch::reading;
  if ((events & (EPOLLOUT | both)) != 0) directions |= Watch::writing;
  return directions;
}

}  // namespace

asio::execution_context::id Reactor::id;

// The handing out of one batch. Asio is asked again at its end, also if a handler throws, and for
// what was deferred and not called then.
struct Reactor::Turn {
  explicit Turn(Reactor& reactor_) : reactor(reactor_) { reactor.dispatching_ = true; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    reactor.dispatching_ = false;
    reactor.count_ = 0;
    if (!reactor.deferred_.empty()) reactor.post_deferred();
    reactor.update_wait();
  }
  Reactor& reactor;
};

Reactor::Reactor(asio::io_context& context)
    : service(context), context_(context), poller_(context, make_epoll_set()) {}

void Reactor::shutdown() {
  std::error_code ignored;
  poller_.close(ignored);
}

// Most are read from next; where that is wrong, the first event corrects it.
std::error_code Reactor::add(Watch& watch) {
  epoll_event event{};
  event.events = events_of(Watch::reading);
  event.data.ptr = &watch;
  if (::epoll_ctl(poller_.native_handle(), EPOLL_CTL_ADD, watch.descriptor_, &event) != 0) {
    return last_system_error();
  }
  watch.registered_ = Watch::reading;
  return {};
}

// Told to the kernel although close(2) follows: a copy of the descriptor, in a child process, would
// keep it in the set.
void Reactor::remove(Watch& watch) {
  ::epoll_ctl(poller_.native_handle(), EPOLL_CTL_DEL, watch.descriptor_, nullptr);
  for (std::size_t i = next_; i < count_; ++i) {
    if (batch_[i].data.ptr == &watch) batch_[i].data.ptr = nullptr;
  }
  waits_ -= static_cast<std::size_t>(std::popcount(std::exchange(watch.waiting_, std::uint8_t{0})));
  if (!dispatching_) update_wait();
}

void Reactor::wait(Watch& watch, std::uint8_t direction) {
  if ((watch.waiting_ & direction) != 0) return;
  watch.waiting_ |= direction;
  ++waits_;
  if ((watch.registered_ & direction) == 0) {
    register_interest(watch, watch.registered_ | direction);
  }
  if (!dispatching_) update_wait();
}

// Asio waits while anybody does.
void Reactor::update_wait() {
  if (waits_ > 0 && !armed_) {
    armed_ = true;
    poller_.async_wait(Poller::wait_read, [this](const std::error_code&) {
      armed_ = false;
      dispatch();
    });
  } else if (waits_ == 0 && armed_) {
    std::error_code ignored;
    poller_.cancel(ignored);
  }
}

void Reactor::dispatch() {
  const Turn turn(*this);
  hand_out();
  call_deferred();
}

void Reactor::hand_out() {
  const int count = ::epoll_wait(poller_.native_handle(), batch_.data(), batch_size, 0);
  count_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  // What is left when the loop was stopped is still ready when it is run again.
  for (next_ = 0; next_ < count_ && !context_.stopped(); ++next_) deliver(batch_[next_]);
}

void Reactor::defer(Deferred& deferred) {
  deferred_.push_back(&deferred);
  if (!dispatching_) post_deferred();
}

void Reactor::forget(Deferred& deferred) {
  std::erase(deferred_, &deferred);
}

// What the callbacks ask for comes later: the rest of the loop goes first.
void Reactor::call_deferred() {
  for (std::size_t left = deferred_.size(); left > 0 && !deferred_.empty(); --left) {
    if (context_.stopped()) return;
    Deferred& first = *deferred_.front();
    deferred_.erase(deferred_.begin());
    first.call();
  }
}

void Reactor::post_deferred() {
  if (std::exchange(posted_, true)) return;
  asio::post(context_, [this] {
    posted_ = false;
    const Turn turn(*this);
    call_deferred();
  });
}

// Any handler may close or destroy the watch, which is then no longer in the event.
void Reactor::deliver(const epoll_event& event) {
  const auto watch = [&event] { return static_cast<Watch*>(event.data.ptr); };
  if (watch() == nullptr) return;
  const std::uint8_t ready = directions_of(event.events);
  const std::uint8_t awaited = ready & watch()->waiting_;
  if ((awaited & Watch::reading) != 0) answer(*watch(), Watch::reading);
  if (watch() != nullptr && (awaited & Watch::writing) != 0) answer(*watch(), Watch::writing);
  if (watch() == nullptr) return;
  // Reading is waited for again and again, so that its interest is kept until an event comes that
  // nobody waits for; there is nearly always room to write, and its interest goes at once.
  const std::uint8_t unwanted = (~awaited | Watch::writing) & ~watch()->waiting_;
  const std::uint8_t kept = watch()->registered_ & ~unwanted;
  if (kept != watch()->registered_) register_interest(*watch(), kept);
}

void Reactor::answer(Watch& watch, std::uint8_t direction) {
  watch.waiting_ &= static_cast<std::uint8_t>(~direction);
  --waits_;
  if (watch.handler_ == nullptr) return;
  if (direction == Watch::reading) {
    watch.handler_->on_readable();
  } else {
    watch.handler_->on_writable();
  }
}

void Reactor::register_interest(Watch& watch, std::uint8_t directions) {
  epoll_event event{};
  event.events = events_of(directions);
  event.data.ptr = &watch;
  ::epoll_ctl(poller_.native_handle(), EPOLL_CTL_MOD, watch.descriptor_, &event);
  watch.registered_ = directions;
}

}  // namespace mqrig::net
