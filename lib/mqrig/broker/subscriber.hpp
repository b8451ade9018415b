// What the filters of the topic tree lead to.
#pragma once

#include <cstddef>
#include <cstdint>

#include <mqrig/broker/small_array.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::broker {

// What a client asked for with a filter, section 3.8.3.1.
struct SubscriptionOptions {
  wire::QoS qos = wire::QoS::at_most_once;
  bool no_local = false;
  bool retain_as_published = false;
  wire::RetainHandling retain_handling = wire::RetainHandling::send;
  std::uint32_t identifier = 0;  // 1 to 268,435,455, section 3.8.2.1.2; 0: none

  bool operator==(const SubscriptionOptions&) const = default;
};

// Base of whatever subscribes: a session, or the group of a shared subscription. It knows its
// places in one TopicTree, so that leaving costs the same whatever else is in there. It is taken
// out with TopicTree::erase_all() before it ends; until then it stays where it is.
class Subscriber {
 public:
  enum class Kind : std::uint8_t { session, shared_group };

  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  Kind kind() const noexcept { return kind_; }
  std::size_t subscription_count() const noexcept { return places_.size(); }

 protected:
  explicit Subscriber(Kind kind = Kind::session) noexcept : kind_(kind) {}
  ~Subscriber() = default;

 private:
  friend class TopicTree;

  struct Place {
    std::uint32_t node;
    std::uint32_t entry;  // index in the node's entries
  };

  SmallArray<Place> places_;
  Kind kind_;
};

}  // namespace mqrig::broker
