// Finds the subscribers of a message and hands it to each of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/broker/dispatcher.hpp>
#include <mqrig/broker/topic_tree.hpp>

namespace mqrig::broker {

// Section 3.3.4. A session whose subscriptions overlap gets one copy, at the highest QoS that it
// was granted, with the identifiers of all of them [MQTT-3.3.4-2] [MQTT-3.3.4-4]. Permissions of
// the receivers are asked here.
class Router {
 public:
  Router(const TopicTree& tree, Dispatcher& dispatcher) noexcept
      : tree_(tree), dispatcher_(dispatcher) {}

  // The publisher is null for messages of the broker's own. False when there was no subscriber.
  bool route(Publication& publication, const Session* publisher);
  // A shared message whose receiver has left goes to another member of its group.
  void pass_on(const Delivery& delivery);

 private:
  // A session that the match has met.
  struct Candidate {
    Session* session;
    wire::QoS qos;
    bool retain_as_published;
    std::uint8_t identifiers;  // 0, 1, or more: then all of them are in more_identifiers_
    std::uint32_t identifier;
  };
  struct Identifier {
    std::uint32_t candidate;
    std::uint32_t identifier;
  };

  bool known(std::string_view topic) const noexcept;
  void find(std::string_view topic, const Session* publisher);
  void add(Session& session, const SubscriptionOptions& options);
  void merge(std::uint32_t index, const SubscriptionOptions& options);
  void deliver(Publication& publication, std::uint32_t index);
  bool deliver_shared(Publication& publication, SharedGroup& group);

  const TopicTree& tree_;
  Dispatcher& dispatcher_;
  // The subscribers of topic_: those of the next message too, if it is `known`.
  std::vector<Candidate> candidates_;
  std::vector<SharedGroup*> groups_;
  std::vector<Identifier> more_identifiers_;
  std::string topic_;
  std::uint64_t revision_ = 0;  // of the tree
  bool known_ = false;
  std::vector<std::uint32_t> gathered_;
};

}  // namespace mqrig::broker
