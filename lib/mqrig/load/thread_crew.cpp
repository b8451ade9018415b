#include <sys/prctl.h>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <csignal>
#include <exception>
#include <mqrig/load/blocked_signals.hpp>
#include <mqrig/load/member_loop.hpp>
#include <mqrig/load/thread_crew.hpp>
#include <string>
#include <thread>
#include <utility>

namespace mqrig::load {
namespace {

sigset_t every_signal() {
  sigset_t all;
  ::sigfillset(&all);
  return all;
}

}  // namespace

// Also held by what waits in the coordinator's queue, which may outlive the crew.
struct ThreadCrew::Shared {
  Shared(asio::io_context& coordinator_, MakeMember make_, Owner& owner_)
      : coordinator(coordinator_),
        work(coordinator_.get_executor()),
        make(std::move(make_)),
        owner(&owner_) {}

  asio::io_context& coordinator;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  const MakeMember make;
  Owner* owner;  // null when the crew is gone; the coordinator's
};

// Where one member sits: its thread and event loop, and the way to the coordinator.
struct ThreadCrew::Seat {
  Seat(std::shared_ptr<Shared> shared_, std::uint32_t number_, std::chrono::milliseconds interval)
      : shared(std::move(shared_)), number(number_) {
    // Signals are for the coordinator; a thread inherits what is blocked where it is started.
    const BlockedSignals blocked(every_signal());
    thread = std::thread([this, interval] { run(interval); });
  }
  ~Seat() {
    context.stop();
    thread.join();
  }

  void run(std::chrono::milliseconds interval) {
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    try {
      MemberLoop member(context, number, interval, shared->make,
                        [this](Sample&& sample) { deliver(std::move(sample)); });
      loop = &member;
      context.run();
    } catch (const std::exception& error) {
      fail(error.what());
    }
  }

  void deliver(Sample&& sample) {
    asio::post(shared->coordinator,
               [to = shared, from = number, moved = std::move(sample)]() mutable {
                 if (to->owner != nullptr) to->owner->on_sample(from, moved);
               });
  }

  void fail(std::string text) {
    asio::post(shared->coordinator, [to = shared, from = number, moved = std::move(text)] {
      if (to->owner != nullptr) to->owner->on_member_failed(from, moved);
    });
  }

  const std::shared_ptr<Shared> shared;
  const std::uint32_t number;
  asio::io_context context{1};
  MemberLoop* loop = nullptr;  // the thread's; set before anything that was posted runs
  std::thread thread;
};

ThreadCrew::ThreadCrew(asio::io_context& coordinator, std::uint32_t members,
                       std::chrono::milliseconds interval, MakeMember make, Owner& owner)
    : shared_(std::make_shared<Shared>(coordinator, std::move(make), owner)) {
  try {
    for (std::uint32_t number = 0; number < members; ++number) {
      seats_.push_back(std::make_unique<Seat>(shared_, number, interval));
    }
  } catch (...) {
    end();
    throw;
  }
}

ThreadCrew::~ThreadCrew() {
  end();
}

void ThreadCrew::end() noexcept {
  for (const auto& seat : seats_) seat->context.stop();  // all at once, then each is waited for
  seats_.clear();
  shared_->owner = nullptr;
}

std::uint32_t ThreadCrew::size() const noexcept {
  return static_cast<std::uint32_t>(seats_.size());
}

void ThreadCrew::order(const Order& order) {
  for (const auto& seat : seats_) {
    asio::post(seat->context, [to = seat.get(), order] { to->loop->order(order); });
  }
}

void ThreadCrew::cut(std::chrono::steady_clock::time_point at) {
  for (const auto& seat : seats_) {
    asio::post(seat->context, [to = seat.get(), at] { to->loop->cut(at); });
  }
}

}  // namespace mqrig::load
