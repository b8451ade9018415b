// The retained message of each topic, section 3.3.1.3.
#pragma once

#include <string>
#include <string_view>

#include <mqrig/broker/message.hpp>
#include <mqrig/broker/name_table.hpp>
#include <mqrig/broker/seeded_hash.hpp>
#include <mqrig/broker/topic_order.hpp>
#include <mqrig/session/time.hpp>

namespace mqrig::broker {

// A topic is found through a hash table; wildcard filters are answered in the order of the topics,
// by a RetainedCursor. About 40 bytes a message beside the message itself.
//
// What has expired is not found any more; expire() takes it out. Belongs to one thread.
class RetainedStore {
 public:
  // Puts the message in the place of an older one of its topic [MQTT-3.3.1-5]; returns what it
  // replaced, or null. An empty payload is kept like any other: whoever calls turns it into an
  // erase() [MQTT-3.3.1-6].
  MessagePtr set(MessagePtr message);
  // What was there, or null.
  MessagePtr erase(std::string_view topic);
  // Null when there is none, or it has expired. Lives until the store changes.
  const MessagePtr* find(std::string_view topic, session::Time now) const noexcept;

  // Looks at no more than `budget` topics, goes on where the last call ended, and takes out what
  // has expired: visit(const MessagePtr&) for each, which must not change the store. How many they
  // were.
  template <class Visit>
  std::size_t expire(session::Time now, std::size_t budget, Visit&& visit) {
    std::size_t expired = 0;
    for (; budget > 0 && expiring_ > 0; --budget) {
      const std::uint32_t name = next_to_sweep();
      if (!order_.message(name)->expired(now)) continue;
      const MessagePtr message = erase_name(name);
      visit(message);
      ++expired;
    }
    return expired;
  }

  std::size_t size() const noexcept { return size_; }
  // Of the messages alone, and with what finds them.
  std::size_t message_bytes() const noexcept { return messages_bytes_; }
  std::size_t bytes() const noexcept { return messages_bytes_ + order_.memory() + names_.memory(); }

  const TopicOrder& order() const noexcept { return order_; }

 private:
  std::uint32_t name_of(std::string_view topic, std::uint32_t hash) const noexcept;
  MessagePtr erase_name(std::uint32_t name);
  std::uint32_t next_to_sweep() noexcept;
  void count_in(const Message& message) noexcept;
  void count_out(const Message& message) noexcept;

  TopicOrder order_;
  NameTable names_;  // in order_, by topic
  SeededHash hash_;
  std::size_t size_ = 0;
  std::size_t messages_bytes_ = 0;
  std::size_t expiring_ = 0;                   // messages that will expire one day
  std::uint32_t swept_to_ = TopicOrder::none;  // what expire() looks at next
};

}  // namespace mqrig::broker
