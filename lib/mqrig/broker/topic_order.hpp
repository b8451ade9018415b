// Messages in the order of their topics.
#pragma once

#include <cstdint>
#include <string_view>

#include <mqrig/broker/block_pool.hpp>
#include <mqrig/broker/message.hpp>

namespace mqrig::broker {

// A treap, a binary search tree that its random priorities keep balanced: 24 bytes a message. The
// order is that of the topics' bytes, so that topics with a common beginning are neighbours.
class TopicOrder {
 public:
  static constexpr std::uint32_t none = 0;

  TopicOrder();
  TopicOrder(const TopicOrder&) = delete;
  TopicOrder& operator=(const TopicOrder&) = delete;
  ~TopicOrder();

  // `priority` is random, but keeps its value: priority(). The topic is not there yet. The name
  // of what is inserted stays until it is erased; it is never `none`.
  std::uint32_t insert(MessagePtr message, std::uint32_t priority);
  void erase(std::uint32_t name);

  // The message may be exchanged for another one of the same topic.
  MessagePtr& message(std::uint32_t name) noexcept { return entries_[name].message; }
  const MessagePtr& message(std::uint32_t name) const noexcept { return entries_[name].message; }
  std::string_view topic(std::uint32_t name) const noexcept { return message(name)->topic(); }
  std::uint32_t priority(std::uint32_t name) const noexcept { return entries_[name].priority; }

  // The first topic that is not less than this text; `none` beyond the last.
  std::uint32_t lower_bound(std::string_view text) const noexcept;
  std::uint32_t next(std::uint32_t name) const noexcept;

  // Bytes owned, without the messages.
  std::size_t memory() const noexcept { return entries_.memory(); }

 private:
  struct Entry {
    MessagePtr message;
    std::uint32_t priority = 0;
    std::uint32_t parent = none;
    std::uint32_t left = none;
    std::uint32_t right = none;
  };

  std::uint32_t& link_to(std::uint32_t name) noexcept;
  void rotate_up(std::uint32_t name) noexcept;
  std::uint32_t upper_child(std::uint32_t name) const noexcept;

  BlockPool<Entry> entries_;
  std::uint32_t root_ = none;
};

}  // namespace mqrig::broker
