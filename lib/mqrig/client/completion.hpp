// A completion handler of any type, to be called once.
#pragma once

#include <memory>
#include <tuple>
#include <utility>

#include <asio/associated_executor.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

namespace mqrig::client {

// What an asynchronous operation keeps until it completes. Runs the handler on its associated
// executor, never inside the call that completes it. Dropped without a call when the operation's
// owner goes away without completing it.
template <typename... Arguments>
class Completion {
 public:
  virtual ~Completion() = default;
  virtual void complete(Arguments... arguments) = 0;

  template <typename Handler>
  static std::unique_ptr<Completion> make(Handler handler, asio::io_context& context);
};

template <typename Handler, typename... Arguments>
class CompletionOf final : public Completion<Arguments...> {
 public:
  CompletionOf(Handler handler, asio::io_context& context)
      : handler_(std::move(handler)),
        work_(asio::make_work_guard(
            asio::get_associated_executor(handler_, context.get_executor()))) {}

  void complete(Arguments... arguments) override {
    const auto executor = work_.get_executor();
    asio::post(executor, [handler = std::move(handler_),
                          values = std::tuple<Arguments...>(std::move(arguments)...)]() mutable {
      std::apply(std::move(handler), std::move(values));
    });
    work_.reset();
  }

 private:
  using Executor = asio::associated_executor_t<Handler, asio::io_context::executor_type>;

  Handler handler_;
  asio::executor_work_guard<Executor> work_;
};

template <typename... Arguments>
template <typename Handler>
std::unique_ptr<Completion<Arguments...>> Completion<Arguments...>::make(
    Handler handler, asio::io_context& context) {
  return std::make_unique<CompletionOf<Handler, Arguments...>>(std::move(handler), context);
}

}  // namespace mqrig::client
