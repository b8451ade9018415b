// A shared subscription, section 4.8.2.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <mqrig/broker/topic_tree.hpp>

namespace mqrig::broker {

class Session;

// The sessions that share one subscription: each message goes to one of them [MQTT-4.8.2-4]. In the
// topic tree the group stands for all its members.
class SharedGroup final : public Subscriber, public std::enable_shared_from_this<SharedGroup> {
 public:
  struct Member {
    Session* session;
    SubscriptionOptions options;
  };

  SharedGroup(std::string_view share_name, std::string_view filter)
      : Subscriber(Kind::shared_group), share_name_(share_name), filter_(filter) {}

  std::string_view share_name() const noexcept { return share_name_; }
  std::string_view filter() const noexcept { return filter_; }
  // "$share/NAME/FILTER".
  std::string text() const;

  // True when the session was no member before.
  bool join(Session& session, const SubscriptionOptions& options);
  // False when it was none.
  bool leave(const Session& session) noexcept;
  const Member* find(const Session& session) const noexcept;
  bool empty() const noexcept { return members_.empty(); }
  std::size_t size() const noexcept { return members_.size(); }

  // Who gets the next message, among those who may read the topic: in turn, members that can take
  // it at once; when there is none, the one with the shortest queue, connected ones first. Null
  // when nobody may, or the message would go at QoS 0 and nobody is connected.
  const Member* choose(std::string_view topic, wire::QoS qos);

 private:
  std::string share_name_;
  std::string filter_;
  std::vector<Member> members_;
  std::size_t next_ = 0;
};

// All groups, by share name and filter.
class SharedGroups {
 public:
  explicit SharedGroups(TopicTree& tree) noexcept : tree_(tree) {}

  // `text` is "$share/NAME/FILTER". True when the subscription is new.
  bool subscribe(std::string_view text, Session& session, const SubscriptionOptions& options);
  bool unsubscribe(std::string_view text, const Session& session);
  const SharedGroup::Member* find(std::string_view text, const Session& session) const;
  // Visits each membership of a session: visit(const SharedGroup&, const SubscriptionOptions&).
  template <class Visit>
  void for_each(const Session& session, Visit&& visit) const {
    const auto found = memberships_.find(&session);
    if (found == memberships_.end()) return;
    for (const std::shared_ptr<SharedGroup>& group : found->second) {
      visit(*group, group->find(session)->options);
    }
  }
  // The group that a message of this topic was for, among those of the session; null if none is.
  std::shared_ptr<SharedGroup> matching(const Session& session, std::string_view topic) const;
  std::size_t count(const Session& session) const noexcept;
  void leave_all(const Session& session);
  std::size_t size() const noexcept { return groups_.size(); }
  std::size_t memberships() const noexcept { return count_; }

 private:
  void remove(const std::shared_ptr<SharedGroup>& group);

  TopicTree& tree_;
  std::map<std::string, std::shared_ptr<SharedGroup>, std::less<>> groups_;  // by text
  std::unordered_map<const Session*, std::vector<std::shared_ptr<SharedGroup>>> memberships_;
  std::size_t count_ = 0;
};

}  // namespace mqrig::broker
