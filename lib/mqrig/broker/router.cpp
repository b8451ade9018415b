#include <mqrig/broker/router.hpp>

#include <mqrig/broker/permissions.hpp>

#include <algorithm>

#include <mqrig/broker/shared_group.hpp>

namespace mqrig::broker {

bool Router::route(Publication& publication, const Session* publisher) {
  const std::string_view topic = publication.publish().topic;
  if (!known(topic)) find(topic, publisher);
  bool found = !candidates_.empty();
  for (std::uint32_t index = 0; index < candidates_.size(); ++index) deliver(publication, index);
  for (SharedGroup* group : groups_) found |= deliver_shared(publication, *group);
  return found;
}

// Messages of one topic often come in a row.
bool Router::known(std::string_view topic) const noexcept {
  return known_ && revision_ == tree_.revision() && topic == topic_;
}

void Router::find(std::string_view topic, const Session* publisher) {
  known_ = false;
  candidates_.clear();
  groups_.clear();
  more_identifiers_.clear();
  bool for_all = true;  // whoever publishes
  tree_.match(topic, [&](Subscriber& subscriber, const SubscriptionOptions& options) {
    if (subscriber.kind() == Subscriber::Kind::shared_group) {
      groups_.push_back(static_cast<SharedGroup*>(&subscriber));
      return;
    }
    auto& session = static_cast<Session&>(subscriber);
    if (options.no_local) {
      for_all = false;
      if (&session == publisher) return;  // [MQTT-3.8.3-3]
    }
    add(session, options);
  });
  // For deliver(), which looks for those of one candidate.
  std::ranges::stable_sort(more_identifiers_, {}, &Identifier::candidate);
  topic_ = topic;
  revision_ = tree_.revision();
  known_ = for_all;
}

void Router::add(Session& session, const SubscriptionOptions& options) {
  // The session remembers its place in the list: that is cheaper than to look for it.
  if (session.match < candidates_.size() && candidates_[session.match].session == &session) {
    return merge(session.match, options);
  }
  session.match = static_cast<std::uint32_t>(candidates_.size());
  candidates_.push_back({.session = &session,
                         .qos = options.qos,
                         .retain_as_published = options.retain_as_published,
                         .identifiers = static_cast<std::uint8_t>(options.identifier != 0),
                         .identifier = options.identifier});
}

void Router::merge(std::uint32_t index, const SubscriptionOptions& options) {
  Candidate& candidate = candidates_[index];
  candidate.qos = std::max(candidate.qos, options.qos);
  candidate.retain_as_published |= options.retain_as_published;
  if (options.identifier == 0) return;
  if (candidate.identifiers == 0) {
    candidate.identifiers = 1;
    candidate.identifier = options.identifier;
    return;
  }
  if (candidate.identifiers == 1) more_identifiers_.push_back({index, candidate.identifier});
  candidate.identifiers = 2;
  more_identifiers_.push_back({index, options.identifier});
}

void Router::deliver(Publication& publication, std::uint32_t index) {
  const Candidate& candidate = candidates_[index];
  if (candidate.session->permissions &&
      !candidate.session->permissions->may(Access::read, publication.publish().topic)) {
    return;
  }
  std::span<const std::uint32_t> identifiers;
  if (candidate.identifiers == 1) identifiers = {&candidate.identifier, 1};
  if (candidate.identifiers > 1) {
    gathered_.clear();
    auto more = std::ranges::lower_bound(more_identifiers_, index, {}, &Identifier::candidate);
    for (; more != more_identifiers_.end() && more->candidate == index; ++more) {
      gathered_.push_back(more->identifier);
    }
    identifiers = gathered_;
  }
  dispatcher_.deliver(publication,
                      {.session = candidate.session,
                       .qos = candidate.qos,
                       .retain = candidate.retain_as_published && publication.publish().retain,
                       .identifiers = identifiers,
                       .group = nullptr});
}

bool Router::deliver_shared(Publication& publication, SharedGroup& group) {
  const SharedGroup::Member* member =
      group.choose(publication.publish().topic, publication.publish().qos);
  if (member == nullptr) return false;
  Session& session = *member->session;
  const std::uint32_t identifier = member->options.identifier;
  dispatcher_.deliver(
      publication, {.session = &session,
                    .qos = member->options.qos,
                    .retain = member->options.retain_as_published && publication.publish().retain,
                    .identifiers = identifier == 0 ? std::span<const std::uint32_t>()
                                                   : std::span(&identifier, 1),
                    .group = &group});
  return true;
}

void Router::pass_on(const Delivery& delivery) {
  Publication publication;
  publication.begin(delivery.message);
  deliver_shared(publication, *delivery.group);
}

}  // namespace mqrig::broker
