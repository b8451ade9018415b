// Tells the store, if there is one, what must survive the process.
#pragma once

#include <chrono>
#include <memory>
#include <system_error>

#include <mqrig/broker/session.hpp>
#include <mqrig/store/broker_store.hpp>

namespace mqrig::broker {

// Without a store every call does nothing. Only sessions that outlive their connection are kept,
// and with them the messages on their way to them.
class Journal {
 public:
  void open(std::unique_ptr<store::BrokerStore> store) noexcept { store_ = std::move(store); }
  bool on() const noexcept { return store_ != nullptr; }
  store::BrokerStore& store() noexcept { return *store_; }

  // Wall-clock times of the store and the broker's own; both are read once per turn.
  void set_time(session::Time now) noexcept;
  std::int64_t to_wall(session::Time time) const noexcept;  // milliseconds since 1970; 0: never
  session::Time from_wall(std::int64_t milliseconds) const noexcept;

  // Writes the session, and gives it its number if it has none yet.
  void put(Session& session);
  // Its deliveries have been removed.
  void remove(Session& session);
  void subscribed(const Session& session, std::string_view filter,
                  const SubscriptionOptions& options);
  void unsubscribed(const Session& session, std::string_view filter);
  void received(const Session& session, wire::PacketId id);
  void released(const Session& session, wire::PacketId id);

  void retained(const MessagePtr& message);
  // `replaced`: retained() follows, or has been called, for the same topic.
  void unretained(const MessagePtr& message, bool replaced);

  // A delivery to a stored session: packet_id 0 while it waits.
  void put(const Session& session, Delivery& delivery, wire::PacketId packet_id);
  void sent(const Session& session, const Delivery& delivery, wire::PacketId packet_id);
  void taken_over(const Session& session, const Delivery& delivery);  // PUBREC
  void remove(const Session& session, Delivery& delivery);

  bool dirty() const noexcept { return store_ != nullptr && store_->dirty(); }
  // Does anything wait for the commit? What was acknowledged by its receivers does not.
  bool urgent() const noexcept { return store_ != nullptr && store_->urgent(); }
  std::error_code commit() { return store_->commit(); }
  // What can wait until the answers of a commit have left.
  void maintain() {
    if (on()) store_->maintain();
  }

  // After loading: the numbers to go on with.
  void resume_numbers(std::uint64_t session, std::uint64_t message,
                      std::uint64_t sequence) noexcept;

 private:
  void refer(Message& message);
  void release(Message& message);

  std::unique_ptr<store::BrokerStore> store_;
  session::Time now_{};
  std::chrono::system_clock::time_point wall_now_{};
  std::uint64_t last_session_ = 0;
  std::uint64_t last_message_ = 0;
  std::uint64_t last_sequence_ = 0;
};

}  // namespace mqrig::broker
