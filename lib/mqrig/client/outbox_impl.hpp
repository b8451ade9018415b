// What is in an Outbox.
#pragma once

#include <vector>

#include <mqrig/client/in_flight_table.hpp>
#include <mqrig/client/message_queue.hpp>
#include <mqrig/client/open_batches.hpp>
#include <mqrig/client/outbox.hpp>
#include <mqrig/client/rate_limit.hpp>
#include <mqrig/net/timer.hpp>

namespace mqrig::client {

class Outbox::Impl {
 public:
  // `spool`: null for a queue in memory.
  Impl(asio::io_context& context, std::unique_ptr<MessageQueue> queue, store::Spool* spool,
       std::string state_name, Client& client, Owner& owner, Settings settings);

  std::error_code restore();
  bool save();
  std::uint64_t put(const store::SpooledMessage& message);
  std::error_code pump();
  void on_published(std::uint64_t token, wire::ReasonCode reason, wire::Properties properties);
  std::uint64_t drop_oldest();
  void expire();

  std::uint64_t in_flight() const noexcept { return table_.messages(); }
  std::uint64_t waiting() const noexcept;
  const MessageQueue& queue() const noexcept { return *queue_; }

 private:
  using Message = store::SpooledMessage;
  using Time = std::chrono::steady_clock::time_point;

  // What became of a message while the queue was read, when it may not be changed.
  struct Removal {
    InFlightTable::Message message;
    wire::ReasonCode reason{};  // an error: refused
    std::string why;            // of a refused one
    bool expired = false;
  };

  // outbox.cpp
  bool all_sent() const noexcept { return cursor_ == queue_->last_sequence(); }
  wire::QoS within_limits(wire::QoS qos) const noexcept;
  bool ready(wire::QoS qos) const noexcept;
  std::uint64_t put_unstored(const Message& message);
  bool put_now(Message& message);
  bool make_way(const Message& message);
  void join(const Message& message);
  void published(const InFlightTable::Publication& publication, wire::QoS qos,
                 std::error_code error);
  bool take(const Message& message);
  bool send(const Message& message);
  bool gather(const Message& message);
  bool send_batch(OpenBatches::Entry& batch);
  bool send_due_batches();
  std::error_code publish(wire::Publish publish, std::int64_t expires_at,
                          InFlightTable::Publication publication);
  void update_expiry(wire::Publish& publish, std::int64_t expires_at);
  bool is_expired(std::int64_t expires_at, std::int64_t received_at);
  void settle();
  void remove(const Removal& removal);
  std::int64_t now();
  void arm();

  // outbox_state.cpp
  bool find_publication(std::uint64_t token, const Client::UsePublish& use);
  bool in_flight_since_restore(std::uint64_t sequence) const noexcept;

  Client& client_;
  Owner& owner_;
  Settings settings_;
  std::unique_ptr<MessageQueue> queue_;
  store::Spool* spool_;
  std::string state_name_;
  wire::Buffer state_;
  wire::Buffer saved_;  // the state as it was put into the spool last
  InFlightTable table_;
  OpenBatches batches_;
  RateLimit rate_;
  net::Timer timer_;               // a batch is due, or the rate allows the next message
  std::vector<Removal> removals_;  // of this call
  bool settling_ = false;
  std::vector<std::uint64_t> restored_;  // sequences that were in flight at restore(), sorted
  std::uint64_t cursor_ = 0;             // all up to this one are on their way, or gone
  std::int64_t now_ = 0;                 // of this call; 0: not read yet
  wire::PropertyWriter properties_;      // of a message whose expiry has changed
};

}  // namespace mqrig::client
