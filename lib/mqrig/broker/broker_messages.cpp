// PUBLISH from clients, section 3.3.
#include <mqrig/broker/broker_impl.hpp>

#include <mqrig/broker/heap_size.hpp>
#include <mqrig/broker/permissions.hpp>

#include <algorithm>

#include <mqrig/wire/utf8.hpp>

namespace mqrig::broker {

using wire::QoS;
using wire::ReasonCode;

namespace {

constexpr std::string_view fault_topic = "$CONTROL/mqrig/chaos";

// $SYS is the broker's own, but for the state of bridges, which mosquitto's publish themselves, as
// their will too: $SYS/broker/connection/NAME/state.
bool is_reserved(std::string_view topic) {
  if (!topic.starts_with("$SYS/")) return false;
  return !topic.starts_with("$SYS/broker/connection/") || !topic.ends_with("/state");
}

bool is_utf8_as_promised(const wire::Publish& publish) {
  if (publish.properties.empty()) return true;
  const auto format = publish.properties.integer(wire::PropertyId::payload_format_indicator);
  return format.value_or(0) == 0 || wire::is_utf8(wire::as_text(publish.payload));
}

}  // namespace

void Broker::Impl::on_message(Connection& connection, session::ServerEvent& event) {
  ++statistics_.publish_received;
  statistics_.publish_bytes_received += event.publish.payload.size();
  Session& session = *connection.session;
  taking_over_ = event.publish.qos == QoS::exactly_once;
  const ReasonCode reason = take(session, event.publish);
  if (wire::is_error(reason) && settings_.verbose) {
    activity(connection, "may not publish to " + std::string(event.publish.topic) + ": " +
                             std::string(wire::name(reason, wire::PacketType::puback)));
  }
  if (event.receipt != 0) {
    acknowledge(connection, event, reason);
  } else if (reason == ReasonCode::topic_name_invalid ||
             reason == ReasonCode::payload_format_invalid) {
    // No acknowledgement can say it.
    ++statistics_.faults;
    connection.disconnect(reason);
    detach(connection, true);
  }
}

// What becomes of a message: the reason code of its acknowledgement.
ReasonCode Broker::Impl::take(Session& session, const wire::Publish& publish) {
  if (const ReasonCode reason = objection(session, publish); reason != ReasonCode::success) {
    return reason;
  }
  if (settings_.fault_control && publish.topic == fault_topic) return control(publish);
  publication_.begin(publish, now_, publish.retain ? source_of(session.client_id) : 0);
  if (publish.retain) {
    if (const ReasonCode reason = retain(publication_); reason != ReasonCode::success)
      return reason;
  }
  return router_.route(publication_, &session) ? ReasonCode::success
                                               : ReasonCode::no_matching_subscribers;
}

// Why the broker does not take the message; success if it does.
ReasonCode Broker::Impl::objection(Session& session, const wire::Publish& publish) const {
  const ReasonCode reason = objection(publish.topic, session.permissions.get());
  if (reason != ReasonCode::success) return reason;
  return is_utf8_as_promised(publish) ? ReasonCode::success : ReasonCode::payload_format_invalid;
}

// The same for the topic alone, of a message or a will.
ReasonCode Broker::Impl::objection(std::string_view topic, Permissions* permissions) const {
  // A short topic can't have too many levels.
  if (topic.size() >= settings_.limits.topic_levels &&
      std::ranges::count(topic, '/') >= settings_.limits.topic_levels) {
    return ReasonCode::topic_name_invalid;
  }
  if (is_reserved(topic)) return ReasonCode::not_authorized;
  const bool allowed = permissions == nullptr || permissions->may(Access::write, topic);
  return allowed ? ReasonCode::success : ReasonCode::not_authorized;
}

// [MQTT-3.3.1-5] [MQTT-3.3.1-6] [MQTT-3.3.1-7]
ReasonCode Broker::Impl::retain(Publication& publication) {
  const wire::Publish& publish = publication.publish();
  if (publish.payload.empty()) {
    if (const MessagePtr old = retained_.erase(publish.topic)) journal_.unretained(old, false);
    return ReasonCode::success;
  }
  const MessagePtr* present = retained_.find(publish.topic, now_);
  const Limits& limits = settings_.limits;
  const std::size_t messages = retained_.size() - own_messages_;
  if (present == nullptr && messages >= limits.retained_messages) return ReasonCode::quota_exceeded;
  const MessagePtr& message = publication.message();
  const std::size_t bytes = retained_.message_bytes() - own_bytes_ + message->size();
  if (bytes - (present == nullptr ? 0 : (*present)->size()) > limits.retained_bytes) {
    return ReasonCode::quota_exceeded;
  }
  journal_.retained(message);
  if (const MessagePtr old = retained_.set(message)) journal_.unretained(old, true);
  return ReasonCode::success;
}

void Broker::Impl::acknowledge(Connection& connection, const session::ServerEvent& event,
                               ReasonCode reason) {
  Session& session = *connection.session;
  const bool twice = event.publish.qos == QoS::exactly_once;
  taking_over_ = false;
  if (twice && !wire::is_error(reason)) journal_.received(session, event.publish.packet_id);
  const std::size_t start = connection.out().size();
  session.engine.receiver().acknowledge(event.receipt, reason, session.version, connection.out());
  ++statistics_.packets_sent;
  if (FaultLink* link = connection.faults()) {
    link->acknowledged(connection.out(), start, event.publish.qos);
  }
  connection.touch();
}

ReasonCode Broker::Impl::control(const wire::Publish& publish) {
  FaultSettings settings;
  settings.seed = settings_.faults.seed;
  const std::string error = parse_faults(wire::as_text(publish.payload), settings);
  if (!error.empty()) {
    observer_.on_warning("faults over " + std::string(fault_topic) + ": " + error);
    return ReasonCode::implementation_specific_error;
  }
  set_faults(settings);
  return ReasonCode::success;
}

void Broker::Impl::set_faults(const FaultSettings& settings) {
  if (!faults_) {
    if (!settings.any()) return;
    faults_ = std::make_unique<Faults>(settings);
    for (const auto& connection : connections_) {
      connection->make_faults(*faults_, statistics_.made, context_);
    }
  } else {
    *faults_ = Faults(settings);
  }
}

// A value of $SYS: retained, and sent to whoever subscribed to it.
void Broker::Impl::publish_own(std::string_view topic, std::string_view payload) {
  wire::Publish publish;
  publish.topic = topic;
  publish.payload = wire::as_bytes(payload);
  publish.retain = true;
  publication_.begin(publish, now_);
  own_bytes_ += heap_size(publication_.message()->size());
  if (const MessagePtr old = retained_.set(publication_.message())) {
    own_bytes_ -= heap_size(old->size());
  } else {
    ++own_messages_;
  }
  router_.route(publication_, nullptr);
}

}  // namespace mqrig::broker
