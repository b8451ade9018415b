// Keep alive and time-outs as timestamps: one deadline, no timers.
#include <algorithm>

#include <mqrig/session/client_session.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::session {

// A little before the keep alive has passed, so that the packet still leaves within it.
Duration ClientSession::ping_interval() const noexcept {
  const Duration keep_alive = std::chrono::seconds(keep_alive_);
  return keep_alive - std::min<Duration>(keep_alive / 10, std::chrono::seconds(2));
}

Time ClientSession::ping_due() const noexcept {
  return keep_alive_ == 0 ? never : last_sent_ + ping_interval();
}

Time ClientSession::deadline() const noexcept {
  if (state_ == State::closed) return never;
  Time deadline = reading_ ? answer_deadline_ : never;
  if (state_ == State::connecting) return deadline;
  if (engine_.sender().has_refused()) return last_sent_;  // now
  deadline = std::min(deadline, ping_due());
  if (settings_->ack_timeout != Duration::zero() && awaits_acknowledgement() && reading_) {
    deadline = std::min(deadline, last_acknowledged_ + settings_->ack_timeout);
  }
  return deadline;
}

bool ClientSession::timeout(Time now, Event& event, wire::Buffer& out) {
  if (state_ == State::closed) return false;
  if (reading_ && now >= answer_deadline_) {
    return give_up(wire::ReasonCode::keep_alive_timeout,
                   state_ == State::connecting ? "no CONNACK came in time"
                                               : "no answer came to PINGREQ in time",
                   event, out);
  }
  if (state_ == State::connecting) return false;
  if (engine_.take_refused(event)) return true;
  if (settings_->ack_timeout != Duration::zero() && awaits_acknowledgement() && reading_ &&
      now >= last_acknowledged_ + settings_->ack_timeout) {
    return give_up(wire::ReasonCode::unspecified_error, "an acknowledgement did not come in time",
                   event, out);
  }
  if (now >= ping_due()) ping(now, out);
  return false;
}

void ClientSession::ping(Time now, wire::Buffer& out) {
  wire::encode_pingreq(out);
  ++pings_;
  sent(now);
  if (answer_deadline_ != never) return;
  const Duration keep_alive = std::chrono::seconds(keep_alive_);
  answer_deadline_ =
      now + (keep_alive_ == 0 ? settings_->ping_timeout
                              : std::min<Duration>(settings_->ping_timeout, keep_alive));
}

bool ClientSession::give_up(wire::ReasonCode reason, std::string_view detail, Event& event,
                            wire::Buffer& out) {
  disconnect(wire::ReasonCode::unspecified_error, {}, out);
  event.kind = EventKind::timed_out;
  event.reason = reason;
  event.detail = detail;
  event.properties = {};
  return true;
}

void ClientSession::reading(bool on, Time now) noexcept {
  if (reading_ == on) return;
  reading_ = on;
  if (!on) return;
  // What the peer has sent meanwhile is about to be read: the waits begin anew.
  last_acknowledged_ = now;
  if (state_ == State::connected) answer_deadline_ = never;
}

}  // namespace mqrig::session
