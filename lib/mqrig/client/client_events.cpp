// What a client makes of the events of its session.
#include <utility>

#include <mqrig/client/client_impl.hpp>
#include <mqrig/client/refusal.hpp>

namespace mqrig::client {

using session::EventKind;
using wire::PropertyId;
using wire::ReasonCode;

namespace {

// The reason code that a broker would have given for what the session found out by itself.
ReasonCode reason_of(std::error_code error) {
  if (error == session::Error::shared_not_supported) {
    return ReasonCode::shared_subscriptions_not_supported;
  }
  if (error == session::Error::wildcard_not_supported) {
    return ReasonCode::wildcard_subscriptions_not_supported;
  }
  if (error == session::Error::identifier_not_supported) {
    return ReasonCode::subscription_identifiers_not_supported;
  }
  const bool filter =
      error == session::Error::invalid_filter || error == session::Error::shared_no_local;
  return filter ? ReasonCode::topic_filter_invalid : ReasonCode::packet_too_large;
}

}  // namespace

void Client::Impl::on_event(const session::Event& event) {
  switch (event.kind) {
    case EventKind::message:
      return handler_.on_message(event.publish, event.receipt);
    case EventKind::published:
      want_ready_ = true;
      return handler_.on_published(event.token, event.reason, event.properties);
    case EventKind::connected:
      return connected(event);
    case EventKind::subscribed:
      subscriptions_.answered(event.token, true, event.reasons);
      return handler_.on_subscribed(event.token, event.reasons, event.properties);
    case EventKind::unsubscribed:
      subscriptions_.answered(event.token, false, event.reasons);
      return handler_.on_unsubscribed(event.token, event.reasons, event.properties);
    case EventKind::auth:
      return on_auth(event);
    case EventKind::refused:
      return refused(event);
    case EventKind::disconnected: {
      if (state_ == State::draining) return changed();
      Failure failure = refusal(event, true);
      if (!stands()) return next_broker(std::move(failure));
      const bool permanent = is_permanent(event.reason) && !credentials_stale(failure);
      return permanent ? give_up(std::move(failure)) : lost(std::move(failure));
    }
    case EventKind::fault:
    case EventKind::timed_out:
      return broken(event);
    case EventKind::none:
    case EventKind::taken_over:  // not asked for
    case EventKind::released:
    case EventKind::connect:  // of the server role
    case EventKind::subscribe:
    case EventKind::unsubscribe:
      return;
  }
}

void Client::Impl::broken(const session::Event& event) {
  Failure failure;
  const bool silent = event.kind == EventKind::timed_out;
  failure.kind = silent ? FailureKind::timed_out : FailureKind::protocol;
  failure.reason = event.reason;
  failure.text = broker() + (silent ? ": " : " broke the protocol: ") + std::string(event.detail);
  if (state_ == State::draining) return changed();
  const bool up = stands();
  if (!up && !silent) failure.text += "; " + std::string(guess_peer(connection_->first_bytes()));
  connection_->finish();  // the DISCONNECT that tells the peer why
  if (!up) return next_broker(std::move(failure));
  if (event.reason == ReasonCode::receive_maximum_exceeded && options_.drop_exceeded_maximum) {
    receive_maximum_dropped_ = true;
    failure.text += "; it is connected to again without a Receive Maximum";
    return lost(std::move(failure));
  }
  // Silence may be the network's; a peer that breaks the protocol, or never acknowledges, does so
  // again.
  const bool passing = silent && event.reason == ReasonCode::keep_alive_timeout;
  return passing ? lost(std::move(failure)) : give_up(std::move(failure));
}

void Client::Impl::connected(const session::Event& event) {
  if (!finish_authentication(event)) return;
  version_ = session_.version();
  if (clean_sent_ && passes_session_on(*version_)) return begin_anew();
  state_ = State::up;
  was_connected_ = connected_since_start_ = true;
  changing_ = login_unsaid_ = false;
  refusal_.reset();
  leaves_session_ = !clean_sent_ && passes_session_on(*version_);
  version_broker_ = broker_;
  is_bridge_ = bit_sent_;
  earlier_failures_.clear();
  lost_at_.reset();
  connected_at_ = connection_->now();
  granted_expiry_ =
      event.properties.integer(PropertyId::session_expiry_interval).value_or(session_expiry());
  if (const auto assigned = event.properties.text(PropertyId::assigned_client_identifier)) {
    client_id_ = *assigned;
  }
  subscriptions_.connected();
  if (!event.session_present) subscriptions_.session_lost();
  if (!reading_) connection_->pause_reading();
  arm_renewal();
  arm_reauthentication();
  send_requests();
  want_ready_ = true;
  if (ending_) {
    const Ending ending = *std::exchange(ending_, std::nullopt);
    return disconnect(ending.reason, ending.properties.view());
  }
  handler_.on_connected(event.session_present, event.properties);
}

void Client::Impl::send_requests() {
  while (Subscriptions::Request* request = subscriptions_.next_unsent()) {
    const std::error_code error = send(*request);
    if (error == session::Error::would_block) break;  // every packet identifier is in use
    if (error) answer_locally(*request, error);
    if (state_ != State::up) return;
  }
  connection_->touch();
}

std::error_code Client::Impl::send(Subscriptions::Request& request) {
  wire::Buffer& out = connection_->out();
  const session::Time now = connection_->now();
  const std::error_code error =
      request.subscribe ? session_.subscribe(request.subscriptions(), request.properties.view(),
                                             request.token, now, out)
                        : session_.unsubscribe(request.views(), request.properties.view(),
                                               request.token, now, out);
  request.sent = error != session::Error::would_block;
  return error;
}

// The broker is known not to support it: nothing was sent, and the owner hears what the broker
// would have said.
void Client::Impl::answer_locally(const Subscriptions::Request& request, std::error_code error) {
  const std::string reasons(request.filters.size(), static_cast<char>(reason_of(error)));
  const std::uint64_t token = request.token;
  const bool subscribe = request.subscribe;
  subscriptions_.answered(token, subscribe, wire::as_bytes(reasons));
  if (subscribe) {
    handler_.on_subscribed(token, wire::as_bytes(reasons), {});
  } else {
    handler_.on_unsubscribed(token, wire::as_bytes(reasons), {});
  }
}

void Client::Impl::on_turn_end() {
  handler_.on_turn_end();
  if (state_ == State::settling) settle();
  if (state_ == State::draining) drain_on();
  if (state_ == State::up) send_requests();
  if (want_ready_ && state_ == State::up && connection_->writable() && !session_.resending()) {
    want_ready_ = false;
    handler_.on_ready();
  }
}

void Client::Impl::on_writable() {
  if (state_ != State::up || session_.resending()) return;
  want_ready_ = false;
  handler_.on_ready();
}

void Client::Impl::on_deadline(session::Time deadline) {
  if (deadline == session::never) {
    deadline_timer_.cancel();
  } else {
    deadline_timer_.expires_at(deadline);
  }
}

void Client::Impl::on_packet(Direction direction, wire::ByteView packet) {
  handler_.on_packet(direction, session_.version(), packet);
}

// `in_order`: the peer did not tear the connection down.
void Client::Impl::finished(bool in_order) {
  ended_cleanly_ = in_order && (!connection_ || connection_->all_written());
  drop_connection();
  state_timer_.cancel();
  ending_.reset();
  changing_ = false;
  if (leaves_session_) return erase_session();
  state_ = State::idle;
  handler_.on_disconnected();  // may destroy us
}

}  // namespace mqrig::client
