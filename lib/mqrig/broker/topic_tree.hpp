// Which subscriptions match a topic.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <mqrig/broker/subscriber.hpp>
#include <mqrig/broker/topic_match.hpp>
#include <mqrig/broker/topic_nodes.hpp>

namespace mqrig::broker {

// The subscriptions of all subscribers, in a radix tree over topic levels. The cost of a match
// depends on the levels of the topic and on the filters that begin as it does, not on how many
// others there are; that of leaving, not on how many stay.
//
// A subscription takes 64 bytes for the node of its filter, 11 to 16 in the hash table and 8 to 12
// in its subscriber's list; filters that branch often need up to two nodes each, and those of many
// subscribers cost each of them 24 to 36. What is erased is given back: nodes in blocks of 512 as
// soon as the last of a block is gone.
//
// Belongs to one thread. Allocation failure throws std::bad_alloc.
class TopicTree {
 public:
  // Adds a subscription, or replaces the options of the one that is there [MQTT-3.8.4-3]. True when
  // it is new. `filter` is valid and not that of a shared subscription (wire::filter_of() gives the
  // part that belongs here).
  bool insert(std::string_view filter, Subscriber& subscriber, const SubscriptionOptions& options);
  // False when there was none [MQTT-3.10.4-1].
  bool erase(std::string_view filter, Subscriber& subscriber);
  void erase_all(Subscriber& subscriber);

  std::optional<SubscriptionOptions> find(std::string_view filter,
                                          const Subscriber& subscriber) const;

  // Calls visit(Subscriber&, const SubscriptionOptions&) for each subscription whose filter matches
  // the valid topic name [MQTT-3.3.4-1]; a subscriber comes once for each of its filters. The tree
  // must not be changed meanwhile. A filter that begins with a wildcard does not match a topic that
  // begins with '$' [MQTT-4.7.2-1].
  template <class Visit>
  void match(std::string_view topic, Visit&& visit) const {
    TopicMatch match(nodes_, topic);
    while (const TopicNode* node = match.next()) {
      for (const SubscriptionEntry& entry : node->entries) {
        visit(*entry.subscriber, entry.options());
      }
    }
  }

  // Calls visit(std::string_view filter, const SubscriptionOptions&) for each subscription of this
  // one, in no order. The view lives during the call; the tree must not be changed meanwhile.
  template <class Visit>
  void for_each(const Subscriber& subscriber, Visit&& visit) const {
    std::string filter;
    for (const Subscriber::Place& place : subscriber.places_) {
      nodes_.filter(place.node, filter);
      visit(std::string_view(filter), nodes_[place.node].entries[place.entry].options());
    }
  }

  // Another one after each change: what match() has found holds as long as this stands.
  std::uint64_t revision() const noexcept { return revision_; }
  // Subscriptions.
  std::size_t size() const noexcept { return size_; }
  // Bytes of heap for all of them, the subscribers' lists among them.
  std::size_t memory() const noexcept { return nodes_.memory() + lists_memory_; }

 private:
  static constexpr std::size_t absent = static_cast<std::size_t>(-1);

  std::size_t place_of(std::uint32_t node, const Subscriber& subscriber) const noexcept;
  void erase_place(Subscriber& subscriber, std::size_t place);

  TopicNodes nodes_;
  std::uint64_t revision_ = 0;
  std::size_t size_ = 0;
  std::size_t lists_memory_ = 0;
};

}  // namespace mqrig::broker
