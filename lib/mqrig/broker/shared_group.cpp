#include <mqrig/broker/shared_group.hpp>

#include <algorithm>

#include <mqrig/broker/connection.hpp>
#include <mqrig/broker/permissions.hpp>
#include <mqrig/broker/session.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::broker {

namespace {

constexpr std::string_view prefix = "$share/";

// NAME of "$share/NAME/FILTER".
std::string_view share_name_of(std::string_view text) {
  const std::string_view tail = text.substr(prefix.size());
  return tail.substr(0, tail.find('/'));
}

// Is the message not lost on this one?
bool may_get(const Session& session, std::string_view topic, wire::QoS qos) {
  if (qos == wire::QoS::at_most_once && !session.connected()) return false;
  return !session.permissions || session.permissions->may(Access::read, topic);
}

bool takes_at_once(const Session& session, wire::QoS qos) {
  return session.connected() && session.queue.empty() && session.engine.ready(qos) &&
         session.connection->has_room();
}

}  // namespace

std::string SharedGroup::text() const {
  return std::string(prefix) + share_name_ + '/' + filter_;
}

const SharedGroup::Member* SharedGroup::find(const Session& session) const noexcept {
  const auto found = std::ranges::find(members_, &session, &Member::session);
  return found == members_.end() ? nullptr : &*found;
}

bool SharedGroup::join(Session& session, const SubscriptionOptions& options) {
  const auto found = std::ranges::find(members_, &session, &Member::session);
  if (found != members_.end()) {
    found->options = options;
    return false;
  }
  members_.push_back({&session, options});
  return true;
}

bool SharedGroup::leave(const Session& session) noexcept {
  return std::erase_if(members_, [&](const Member& m) { return m.session == &session; }) != 0;
}

const SharedGroup::Member* SharedGroup::choose(std::string_view topic, wire::QoS qos) {
  const Member* best = nullptr;
  std::size_t best_at = 0;
  for (std::size_t step = 0; step < members_.size(); ++step) {
    const std::size_t at = (next_ + step) % members_.size();
    const Member& member = members_[at];
    const wire::QoS granted = std::min(qos, member.options.qos);
    if (!may_get(*member.session, topic, granted)) continue;
    if (takes_at_once(*member.session, granted)) {
      next_ = at + 1;
      return &member;
    }
    const auto rank = [](const Member& m) {
      return std::pair(!m.session->connected(), m.session->queue.size());
    };
    if (best == nullptr || rank(member) < rank(*best)) {
      best = &member;
      best_at = at;
    }
  }
  if (best != nullptr) next_ = best_at + 1;
  return best;
}

bool SharedGroups::subscribe(std::string_view text, Session& session,
                             const SubscriptionOptions& options) {
  auto found = groups_.find(text);
  if (found == groups_.end()) {
    auto group = std::make_shared<SharedGroup>(share_name_of(text), wire::filter_of(text));
    tree_.insert(group->filter(), *group, {.qos = wire::QoS::exactly_once});
    found = groups_.emplace(text, std::move(group)).first;
  }
  if (!found->second->join(session, options)) return false;
  memberships_[&session].push_back(found->second);
  ++count_;
  return true;
}

bool SharedGroups::unsubscribe(std::string_view text, const Session& session) {
  const auto found = groups_.find(text);
  if (found == groups_.end() || !found->second->leave(session)) return false;
  const auto membership = memberships_.find(&session);
  std::erase(membership->second, found->second);
  if (membership->second.empty()) memberships_.erase(membership);
  --count_;
  if (found->second->empty()) remove(std::shared_ptr(found->second));
  return true;
}

const SharedGroup::Member* SharedGroups::find(std::string_view text, const Session& session) const {
  const auto found = groups_.find(text);
  return found == groups_.end() ? nullptr : found->second->find(session);
}

std::shared_ptr<SharedGroup> SharedGroups::matching(const Session& session,
                                                    std::string_view topic) const {
  const auto found = memberships_.find(&session);
  if (found == memberships_.end()) return nullptr;
  const auto group = std::ranges::find_if(
      found->second, [&](const auto& member) { return wire::matches(member->filter(), topic); });
  return group == found->second.end() ? nullptr : *group;
}

std::size_t SharedGroups::count(const Session& session) const noexcept {
  const auto found = memberships_.find(&session);
  return found == memberships_.end() ? 0 : found->second.size();
}

void SharedGroups::leave_all(const Session& session) {
  const auto found = memberships_.find(&session);
  if (found == memberships_.end()) return;
  const std::vector<std::shared_ptr<SharedGroup>> groups = std::move(found->second);
  memberships_.erase(found);
  count_ -= groups.size();
  for (const std::shared_ptr<SharedGroup>& group : groups) {
    group->leave(session);
    if (group->empty()) remove(group);
  }
}

void SharedGroups::remove(const std::shared_ptr<SharedGroup>& group) {
  tree_.erase_all(*group);
  groups_.erase(group->text());
}

}  // namespace mqrig::broker
