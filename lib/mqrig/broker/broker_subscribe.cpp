// SUBSCRIBE and UNSUBSCRIBE, sections 3.8 and 3.10.
#include <mqrig/broker/broker_impl.hpp>

#include <mqrig/broker/permissions.hpp>

#include <algorithm>

#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::broker {

using wire::ReasonCode;

namespace {

ReasonCode granted(wire::QoS qos) {
  return static_cast<ReasonCode>(qos);
}

// What a client asks for with the bridge bit, see wire::Connect. Shared subscriptions know no "no
// local" [MQTT-3.8.3-4].
SubscriptionOptions for_bridge(std::string_view filter, SubscriptionOptions options) {
  options.no_local = !wire::is_shared(filter);
  options.retain_as_published = true;
  return options;
}

// For the log.
std::string describe(std::string_view filter, ReasonCode reason) {
  const std::string quoted = "'" + std::string(filter) + "'";
  if (!wire::is_error(reason)) {
    return "subscribes to " + quoted + " with QoS " + std::to_string(static_cast<int>(reason));
  }
  return "is refused the subscription to " + quoted + ": " +
         std::string(wire::name(reason, wire::PacketType::suback));
}

}  // namespace

void Broker::Impl::on_subscribe(Connection& connection, session::ServerEvent& event) {
  Session& session = *connection.session;
  const std::uint32_t identifier =
      event.properties.integer(wire::PropertyId::subscription_identifier).value_or(0);
  reasons_.clear();
  new_retained_.clear();
  wire::Subscription subscription;
  for (wire::ByteView entries = event.entries;
       wire::next_subscription(entries, session.version, subscription);) {
    reasons_.push_back(subscribe(session, subscription, identifier));
    if (settings_.verbose) activity(connection, describe(subscription.filter, reasons_.back()));
  }
  ++statistics_.packets_sent;
  if (connection.protocol().suback(event.packet_id, reasons_, {}, connection.out())) {
    connection.disconnect(ReasonCode::packet_too_large);
    return detach(connection, true);
  }
  connection.touch();
  for (const NewSubscription& added : new_retained_) {
    dispatcher_.send_retained(session, added.filter, added.options);
  }
}

ReasonCode Broker::Impl::subscribe(Session& session, const wire::Subscription& subscription,
                                   std::uint32_t identifier) {
  const std::string_view filter = subscription.filter;
  if (std::ranges::count(filter, '/') >= settings_.limits.topic_levels) {
    return ReasonCode::topic_filter_invalid;
  }
  if (session.permissions &&
      !session.permissions->may(Access::subscribe, wire::filter_of(filter))) {
    return ReasonCode::not_authorized;
  }
  SubscriptionOptions options{.qos = subscription.qos,
                              .no_local = subscription.no_local,
                              .retain_as_published = subscription.retain_as_published,
                              .retain_handling = subscription.retain_handling,
                              .identifier = identifier};
  if (session.bridge) options = for_bridge(filter, options);
  const bool shared = wire::is_shared(filter);
  const bool known =
      shared ? groups_.find(filter, session) != nullptr : tree_.find(filter, session).has_value();
  const std::size_t most = settings_.limits.subscriptions;
  if (!known && session.subscription_count() + groups_.count(session) >= most) {
    return ReasonCode::quota_exceeded;
  }
  // Subscribing again and again costs no more than that, if the client does not take what it gets.
  if (session.retained && session.retained->size() + new_retained_.size() >= most) {
    return ReasonCode::quota_exceeded;
  }
  set_subscription(session, filter, options);
  // [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11]; none for shared ones, section 4.8.2.
  const bool wanted = options.retain_handling == wire::RetainHandling::send ||
                      (options.retain_handling == wire::RetainHandling::send_if_new && !known);
  if (wanted && !shared) new_retained_.push_back({filter, options});
  return granted(options.qos);
}

void Broker::Impl::set_subscription(Session& session, std::string_view filter,
                                    const SubscriptionOptions& options) {
  if (wire::is_shared(filter)) {
    groups_.subscribe(filter, session, options);
  } else {
    tree_.insert(filter, session, options);
  }
  journal_.subscribed(session, filter, options);
}

// What the session has brought along may have been subscribed to without the bridge bit.
void Broker::Impl::subscribe_as_bridge(Session& session) {
  std::vector<std::pair<std::string, SubscriptionOptions>> changed;
  const auto look = [&](std::string_view filter, const SubscriptionOptions& options) {
    const SubscriptionOptions wanted = for_bridge(filter, options);
    if (wanted != options) changed.emplace_back(filter, wanted);
  };
  tree_.for_each(session, look);
  groups_.for_each(session, [&](const SharedGroup& group, const SubscriptionOptions& options) {
    look(group.text(), options);
  });
  for (const auto& [filter, options] : changed) set_subscription(session, filter, options);
  if (!session.retained) return;
  for (RetainedBacklog& waiting : *session.retained) {
    waiting.options = for_bridge(waiting.cursor.filter(), waiting.options);
  }
}

void Broker::Impl::on_unsubscribe(Connection& connection, session::ServerEvent& event) {
  Session& session = *connection.session;
  reasons_.clear();
  std::string_view filter;
  for (wire::ByteView entries = event.entries; wire::next_filter(entries, filter);) {
    reasons_.push_back(unsubscribe(session, filter));
    if (settings_.verbose) {
      activity(connection, "unsubscribes from '" + std::string(filter) + "'");
    }
  }
  ++statistics_.packets_sent;
  if (connection.protocol().unsuback(event.packet_id, reasons_, {}, connection.out())) {
    connection.disconnect(ReasonCode::packet_too_large);
    return detach(connection, true);
  }
  connection.touch();
}

ReasonCode Broker::Impl::unsubscribe(Session& session, std::string_view filter) {
  const bool known =
      wire::is_shared(filter) ? groups_.unsubscribe(filter, session) : tree_.erase(filter, session);
  if (!known) return ReasonCode::no_subscription_existed;
  dispatcher_.forget_retained(session, filter);
  journal_.unsubscribed(session, filter);
  return ReasonCode::success;
}

}  // namespace mqrig::broker
