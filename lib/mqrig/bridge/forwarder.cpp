#include <mqrig/bridge/forwarder.hpp>

#include <algorithm>
#include <utility>

#include <mqrig/bridge/lane.hpp>
#include <mqrig/bridge/loop_path.hpp>
#include <mqrig/bridge/subscription_plan.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::bridge {

namespace {

constexpr unsigned hops_of_both_directions = 1;
constexpr unsigned hops_of_one_direction = 16;
constexpr std::size_t longest_text = 65'535;

unsigned max_hops(const LinkSettings& link, const Rule& rule) noexcept {
  return link.max_hops.value_or(rule.direction == Direction::both ? hops_of_both_directions
                                                                  : hops_of_one_direction);
}

// Does the broker clear the retain flag of all but what was retained before [MQTT-3.3.1-9]? At 5.0
// the subscriptions ask it to keep the flag.
bool retain_means_before(Source source) noexcept {
  return source.version != wire::Version::mqtt_5 && !source.as_bridge;
}

}  // namespace

class Forwarder::Impl {
 public:
  Impl(const LinkSettings& link, Side source, std::string source_name, std::string target_name)
      : link_(link),
        source_name_(std::move(source_name)),
        target_name_(std::move(target_name)),
        routes_(routes_from(link, source)),
        plan_(link, source, routes_),
        responses_(link, source) {
    const SideSettings& target = source == Side::local ? link.remote : link.local;
    // A path cannot be said below 5.0.
    writes_path_ = link.loop_prevention &&
                   target.client.version.value_or(wire::Version::mqtt_5) == wire::Version::mqtt_5;
    for (const RuleRoute& route : routes_) lanes_.emplace_back(route.rule());
    mapped_.resize(routes_.size());
    sent_.reserve(routes_.size());
  }

  std::span<const wire::Subscription> subscriptions() const noexcept { return plan_.list(); }
  void forward(const wire::Publish& publish, Source source, Sink& sink);

 private:
  void forward_by(std::size_t lane, const TopicMap& map, const wire::Publish& publish, Sink& sink);
  bool went_round(const Rule& rule, Sink& sink) const;
  bool was_sent_to(std::string_view topic) const {
    return std::find(sent_.begin(), sent_.end(), topic) != sent_.end();
  }

  const LinkSettings& link_;
  std::string source_name_;
  std::string target_name_;
  std::vector<RuleRoute> routes_;
  SubscriptionPlan plan_;
  ResponseTopics responses_;
  std::vector<Lane> lanes_;  // one for each route
  bool writes_path_ = false;

  // Of the present message.
  LoopPath path_;
  std::size_t hops_ = 0;
  bool at_target_ = false;
  bool at_source_ = false;
  std::vector<std::string> mapped_;     // topics at the target, by route, where they were made
  std::vector<std::string_view> sent_;  // topics that it was sent to
};

void Forwarder::Impl::forward(const wire::Publish& publish, Source source, Sink& sink) {
  sent_.clear();
  bool found = false;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const TopicMap* map = routes_[i].find(publish.topic);
    if (map == nullptr) continue;
    if (!found) {
      if (!plan_.accepts(publish)) break;
      found = true;
      if (link_.loop_prevention) {
        path_.read(publish.properties);
        hops_ = path_.size() + 1;
        at_target_ = path_.contains(target_name_);
        at_source_ = path_.contains(source_name_);
        path_.append(source_name_);
      }
    }
    if (publish.retain && !routes_[i].rule().initial_retained && retain_means_before(source)) {
      sink.on_dropped(Dropped::retained, {});
      continue;
    }
    if (link_.loop_prevention && went_round(routes_[i].rule(), sink)) continue;
    forward_by(i, *map, publish, sink);
  }
  if (!found)
    sink.on_dropped(plan_.asks_for(publish.topic) ? Dropped::no_rule : Dropped::unasked, {});
}

bool Forwarder::Impl::went_round(const Rule& rule, Sink& sink) const {
  if (at_target_) {
    sink.on_dropped(Dropped::looped, {});
    return true;
  }
  if (at_source_) {
    sink.on_dropped(Dropped::returned, {});
    return true;
  }
  if (hops_ > max_hops(link_, rule) || path_.text().size() > longest_text) {
    sink.on_dropped(Dropped::hops, {});
    return true;
  }
  return false;
}

void Forwarder::Impl::forward_by(std::size_t lane, const TopicMap& map,
                                 const wire::Publish& publish, Sink& sink) {
  const std::string_view topic = map.target(publish.topic, mapped_[lane]);
  if (topic.data() != publish.topic.data() || topic.size() != publish.topic.size()) {
    const wire::TopicError error = wire::check_topic_name(topic);
    if (error != wire::TopicError::none) {
      std::string detail = "the topic at the target is not valid: ";
      sink.on_dropped(Dropped::invalid, detail.append(wire::text(error)));
      return;
    }
  }
  if (was_sent_to(topic)) return;
  const std::string_view path = writes_path_ ? path_.text() : std::string_view();
  if (lanes_[lane].send(publish, topic, path, responses_, sink)) sent_.push_back(topic);
}

Forwarder::Forwarder(const LinkSettings& link, Side source, std::string source_name,
                     std::string target_name)
    : impl_(std::make_unique<Impl>(link, source, std::move(source_name), std::move(target_name))) {}
Forwarder::~Forwarder() = default;
Forwarder::Forwarder(Forwarder&&) noexcept = default;
Forwarder& Forwarder::operator=(Forwarder&&) noexcept = default;

std::span<const wire::Subscription> Forwarder::subscriptions() const noexcept {
  return impl_->subscriptions();
}

void Forwarder::forward(const wire::Publish& publish, Source source, Sink& sink) {
  impl_->forward(publish, source, sink);
}

}  // namespace mqrig::bridge
