#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace mqrig::net {

// A question that blocks for as long as it likes, asked in a thread of its own. Destroying it does
// not wait for that thread: its answer is dropped. An Answer has an `error` and a `reason`, which
// say so where there can be no thread. Private to this room.
template <typename Answer>
class BlockingLookup {
 public:
  // Called in the thread; must not refer to what may be gone by then.
  using Ask = std::function<Answer()>;
  // Called once, from the event loop; the object may be destroyed in it.
  using Callback = std::function<void(Answer)>;

  BlockingLookup(asio::io_context& context, Ask ask, Callback callback)
      : shared_(std::make_shared<Shared>(context, std::move(callback))) {
    try {
      std::thread([shared = shared_, ask = std::move(ask)] {
        Shared::deliver(shared, ask());
      }).detach();
    } catch (const std::system_error& no_thread) {
      Answer answer;
      answer.error = no_thread.code();
      answer.reason = no_thread.code().message();
      Shared::deliver(shared_, std::move(answer));
    }
  }
  BlockingLookup(const BlockingLookup&) = delete;
  BlockingLookup& operator=(const BlockingLookup&) = delete;
  ~BlockingLookup() {
    const std::lock_guard lock(shared_->mutex);
    shared_->context = nullptr;
    shared_->callback = nullptr;
    shared_->work.reset();
  }

 private:
  // What the thread and the event loop share. While `context` is set the lookup lives, and so does
  // the io_context: the thread posts its answer with the lock held.
  struct Shared {
    std::mutex mutex;
    asio::io_context* context;
    Callback callback;  // touched by the event loop only
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;

    Shared(asio::io_context& context_, Callback callback_)
        : context(&context_), callback(std::move(callback_)), work(context_.get_executor()) {}

    static void deliver(const std::shared_ptr<Shared>& shared, Answer answer) {
      const std::lock_guard lock(shared->mutex);
      if (shared->context == nullptr) return;
      asio::post(*shared->context, [shared, answer = std::move(answer)]() mutable {
        if (shared->context == nullptr) return;
        shared->work.reset();
        const Callback answered = std::move(shared->callback);
        answered(std::move(answer));
      });
    }
  };

  std::shared_ptr<Shared> shared_;
};

}  // namespace mqrig::net
