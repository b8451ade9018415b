// The client as asynchronous operations with completion tokens: callbacks, futures, coroutines.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <asio/associated_cancellation_slot.hpp>
#include <asio/async_result.hpp>

#include <mqrig/client/client.hpp>
#include <mqrig/client/completion.hpp>
#include <mqrig/client/error.hpp>
#include <mqrig/client/message.hpp>

namespace mqrig::client {

// A Client whose events are completions. Several operations of each kind may be outstanding; they
// complete in order. Completion handlers run on their associated executor, by default the
// io_context's, never inside the initiating call. Received messages are acknowledged when
// async_receive() hands them over; while `receive_limit` of them wait to be received, nothing more
// is read from the broker.
//
// Belongs to the thread of its io_context. Destroying it completes nothing: handlers that wait are
// dropped.
class AsyncClient final : private Handler {
 public:
  AsyncClient(asio::io_context& context, Options options, std::size_t receive_limit = 1000);
  ~AsyncClient();

  // void(std::error_code): the connection stands, or cannot be had (see last_failure()).
  template <typename Token>
  auto async_connect(Token&& token) {
    return initiate<void(std::error_code)>(
        [this](auto completion) { connect(std::move(completion)); }, token);
  }

  // void(std::error_code, wire::ReasonCode): at QoS 0 the message was handed to the network, at QoS
  // 1 and 2 the broker has acknowledged it, across reconnects. Error::not_taken when it answered
  // with an error.
  template <typename Token>
  auto async_publish(Message message, Token&& token) {
    return initiate<void(std::error_code, wire::ReasonCode)>(
        [this, message = std::move(message)](auto completion) mutable {
          publish(std::move(message), std::move(completion));
        },
        token);
  }

  // void(std::error_code, wire::ReasonCode): the granted QoS, or why not. Kept across reconnects.
  template <typename Token>
  auto async_subscribe(std::string filter, wire::QoS qos, Token&& token) {
    return initiate<void(std::error_code, wire::ReasonCode)>(
        [this, filter = std::move(filter), qos](auto completion) {
          subscribe(filter, qos, std::move(completion));
        },
        token);
  }

  // void(std::error_code, wire::ReasonCode)
  template <typename Token>
  auto async_unsubscribe(std::string filter, Token&& token) {
    return initiate<void(std::error_code, wire::ReasonCode)>(
        [this, filter = std::move(filter)](auto completion) {
          unsubscribe(filter, std::move(completion));
        },
        token);
  }

  // void(std::error_code, Message): the next message. Can be cancelled; no message is lost by that.
  template <typename Token>
  auto async_receive(Token&& token) {
    return asio::async_initiate<Token, void(std::error_code, Message)>(
        [this](auto handler) {
          auto slot = asio::get_associated_cancellation_slot(handler);
          const std::uint64_t id = receive(Receive::make(std::move(handler), context_));
          if (id != 0 && slot.is_connected()) {
            slot.assign([this, id, alive = std::weak_ptr(alive_)](asio::cancellation_type) {
              if (!alive.expired()) cancel_receive(id);
            });
          }
        },
        token);
  }

  // void(std::error_code): DISCONNECT and all before it are sent. Outstanding operations complete
  // with Error::aborted.
  template <typename Token>
  auto async_disconnect(Token&& token) {
    return initiate<void(std::error_code)>(
        [this](auto completion) { disconnect(std::move(completion)); }, token);
  }

  // Why the last operation that failed with a FailureKind's error did so.
  const Failure& last_failure() const noexcept { return failure_; }
  const Client& client() const noexcept { return client_; }

 private:
  using Done = Completion<std::error_code>;
  using Answer = Completion<std::error_code, wire::ReasonCode>;
  using Receive = Completion<std::error_code, Message>;

  template <typename Signature>
  struct CompletionFor;
  template <typename... Arguments>
  struct CompletionFor<void(Arguments...)> {
    using Type = Completion<Arguments...>;
  };

  template <typename Signature, typename Operation, typename Token>
  auto initiate(Operation operation, Token& token) {
    return asio::async_initiate<Token, Signature>(
        [this, operation = std::move(operation)](auto handler) mutable {
          operation(CompletionFor<Signature>::Type::make(std::move(handler), context_));
        },
        token);
  }

  struct WaitingReceive {
    std::uint64_t id;
    std::unique_ptr<Receive> completion;
  };
  struct WaitingPublish {
    Message message;
    std::unique_ptr<Answer> completion;
  };
  struct Received {
    Message message;
    std::uint64_t receipt;
  };

  void connect(std::unique_ptr<Done> completion);
  void publish(Message message, std::unique_ptr<Answer> completion);
  void subscribe(std::string_view filter, wire::QoS qos, std::unique_ptr<Answer> completion);
  void unsubscribe(std::string_view filter, std::unique_ptr<Answer> completion);
  std::uint64_t receive(std::unique_ptr<Receive> completion);
  void cancel_receive(std::uint64_t id);
  void disconnect(std::unique_ptr<Done> completion);

  void on_connected(bool session_present, wire::Properties connack) override;
  void on_message(const wire::Publish& publish, std::uint64_t receipt) override;
  void on_published(std::uint64_t token, wire::ReasonCode reason,
                    wire::Properties properties) override;
  void on_subscribed(std::uint64_t token, wire::ByteView reasons,
                     wire::Properties properties) override;
  void on_unsubscribed(std::uint64_t token, wire::ByteView reasons,
                       wire::Properties properties) override;
  void on_ready() override;
  void on_failed(const Failure& failure) override;
  void on_disconnected() override;

  bool send(const Message& message, std::unique_ptr<Answer>& completion);
  void answered(std::uint64_t token, wire::ReasonCode reason);
  void fail_all(std::error_code error);

  asio::io_context& context_;
  Client client_;
  std::size_t receive_limit_;
  std::uint64_t next_token_ = 1;
  std::vector<std::unique_ptr<Done>> connecting_;
  std::vector<std::unique_ptr<Done>> disconnecting_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Answer>> answers_;
  std::deque<WaitingPublish> publishing_;
  std::deque<WaitingReceive> receiving_;
  std::deque<Received> received_;
  Failure failure_;
  bool started_ = false;
  std::error_code ended_;  // why nothing more will complete, until the next async_connect()
  std::shared_ptr<void> alive_ = std::make_shared<char>();
};

}  // namespace mqrig::client
