// The beginning and the end of sessions, sections 3.1.2.4 and 4.1.
#include <mqrig/broker/broker_impl.hpp>

#include <mqrig/broker/permissions.hpp>

#include <algorithm>

namespace mqrig::broker {

using wire::PropertyId;
using wire::ReasonCode;
using wire::Version;

namespace {

bool same_user(const Session& session, const ConnectRequest& request) {
  if (!session.user_name || !request.user_name) return !session.user_name && !request.user_name;
  return *session.user_name == *request.user_name;
}

}  // namespace

// Where the client's own topics for responses begin, section 4.10.1: with its identifier, if a
// topic can hold that.
std::string Broker::Impl::response_prefix(std::string_view client_id) {
  constexpr std::size_t longest = 256;
  const bool usable =
      client_id.size() <= longest && client_id.find_first_of("/+#") == std::string_view::npos;
  return "reply/" + (usable ? std::string(client_id) : make_name()) + "/";
}

// The session that the connection goes on with, or a new one.
Session& Broker::Impl::session_for(ConnectRequest& request, bool& present) {
  Session* session = registry_.find(request.client_id);
  if (session != nullptr && session->connected()) {
    take_over(*session);
    session = registry_.find(request.client_id);  // it may have ended with its connection
  }
  // What waits for one user is not for another who knows the client identifier.
  if (session != nullptr && (request.clean_start || !same_user(*session, request))) {
    end_session(*session);  // [MQTT-3.1.2-4]
    session = nullptr;
  }
  present = session != nullptr;
  if (session == nullptr) session = &registry_.add(request.client_id, exchange_);
  registry_.set_end(*session, session::never);
  // Whoever is back before the delay has passed is not dead [MQTT-3.1.3-9].
  registry_.set_will(*session, session::never);
  session->will.reset();
  return *session;
}

// [MQTT-3.1.4-3]
void Broker::Impl::take_over(Session& session) {
  Connection& old = *session.connection;
  activity(old, "is taken over by a new connection");
  old.disconnect(ReasonCode::session_taken_over);
  detach(old, true);
}

void Broker::Impl::accept(Connection& connection, Session& session, bool present,
                          ConnectRequest& request, bool id_assigned) {
  const Limits& limits = settings_.limits;
  session.version = request.version;
  session.bridge = request.bridge;
  session.expiry = std::min(request.session_expiry, limits.session_expiry);
  session.user_name =
      request.user_name ? std::make_unique<std::string>(*request.user_name) : nullptr;
  session.ended_at = session::never;
  std::uint16_t keep_alive = request.keep_alive;
  const bool shorter =
      limits.keep_alive != 0 && (keep_alive == 0 || keep_alive > limits.keep_alive);
  // Below 5.0 the client can't be told, and is left its own.
  if (shorter && request.version == Version::mqtt_5) keep_alive = limits.keep_alive;

  wire::PropertyWriter properties;
  protocol_.announce(properties);
  if (session.expiry != request.session_expiry) {
    properties.add(PropertyId::session_expiry_interval, session.expiry);  // section 3.2.2.3.2
  }
  if (id_assigned) properties.add(PropertyId::assigned_client_identifier, request.client_id);
  if (keep_alive != request.keep_alive) {
    properties.add(PropertyId::server_keep_alive, keep_alive);  // [MQTT-3.1.2-21]
  }
  if (request.wants_response_information) {
    properties.add(PropertyId::response_information, response_prefix(request.client_id));
  }
  if (request.authentication_method) {  // [MQTT-4.12.0-5]
    properties.add(PropertyId::authentication_method, *request.authentication_method);
    if (request.authentication_data) {
      properties.add(PropertyId::authentication_data, *request.authentication_data);
    }
  }

  connection.session = &session;
  session.connection = &connection;
  ++statistics_.clients_now;
  const auto error = connection.protocol().accept(
      session.engine,
      {.session_present = present, .keep_alive = keep_alive, .properties = properties.view()}, now_,
      connection.out());
  if (error) {
    detach(connection, false);
    return connection.finish();
  }
  ++statistics_.connections;
  statistics_.clients_most = std::max(statistics_.clients_most, statistics_.clients_now);
  ++statistics_.packets_sent;
  if (session.expiry != 0) {
    journal_.put(session);
  } else if (session.stored()) {
    dispatcher_.unstore(session);
  }
  activity(connection, std::string(present ? "is back" : "is connected") +
                           (session.bridge ? " as a bridge" : ""));
  if (session.bridge) subscribe_as_bridge(session);
  connection.touch();
  dispatcher_.resumed(session);
  // Soon, if the client can't be sent again what it was sent before.
  wheel_.schedule(connection, connection.deadline(), now_);
  connection.resume_reading();
}

// The session has lost its connection. `will_is_due`: other than by a DISCONNECT that took the will
// back [MQTT-3.1.2-8] [MQTT-3.14.4-3].
void Broker::Impl::detach(Connection& connection, bool will_is_due) {
  if (connection.session == nullptr) return;
  Session& session = *std::exchange(connection.session, nullptr);
  connection.protocol().close();
  session.connection = nullptr;
  session.ended_at = now_;
  --statistics_.clients_now;
  if (!will_is_due) session.will.reset();
  if (session.expiry == 0) return end_session(session);
  if (session.will) {
    const std::uint32_t delay = std::min(session.will->delay, session.expiry);
    if (delay == 0) {
      publish_will(session);
    } else {
      registry_.set_will(session, now_ + std::chrono::seconds(delay));
    }
  }
  if (session.expiry != never_expires) {
    registry_.set_end(session, now_ + std::chrono::seconds(session.expiry));
  }
  if (session.stored()) journal_.put(session);
  session.engine.shrink();
}

void Broker::Impl::publish_will(Session& session) {
  const std::unique_ptr<Will> will = std::move(session.will);
  if (!will) return;
  if (session.stored()) journal_.put(session);
  if (session.permissions && !session.permissions->may(Access::write, will->message->topic())) {
    return;
  }
  publication_.begin(will->message->publish(), now_, source_of(session.client_id));
  if (will->message->retain()) retain(publication_);
  router_.route(publication_, &session);
}

void Broker::Impl::end_session(Session& session) {
  publish_will(session);  // [MQTT-3.1.3-9]: the end of the session comes before the delay
  dispatcher_.discard(session);
  tree_.erase_all(session);
  groups_.leave_all(session);
  journal_.remove(session);
  registry_.remove(session);
}

// Shared messages of members that are gone.
void Broker::Impl::pass_on_orphans() {
  while (!dispatcher_.orphans().empty()) {
    for (const auto& delivery : std::exchange(dispatcher_.orphans(), {})) {
      if (delivery->message->expired(now_)) {  // [MQTT-3.3.2-5]
        ++statistics_.dropped_expired;
      } else {
        router_.pass_on(*delivery);
      }
    }
  }
}

}  // namespace mqrig::broker
