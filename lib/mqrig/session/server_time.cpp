// Keep alive and the time that CONNECT and authentication may take, as one deadline.
#include <mqrig/session/server_session.hpp>

namespace mqrig::session {

Time ServerSession::deadline() const noexcept {
  switch (state_) {
    case State::closed:
    case State::deciding:
      return never;
    case State::awaiting_connect:
    case State::authenticating:
      return last_received_ + settings_->connect_timeout;
    case State::connected:
      break;
  }
  if (engine_->sender().has_refused()) return last_received_;  // now
  if (keep_alive_ == 0 || !reading_) return never;
  return last_received_ + Duration(std::chrono::seconds(keep_alive_)) * 3 / 2;
}

bool ServerSession::timeout(Time now, ServerEvent& event, wire::Buffer& out) {
  if (state_ == State::connected && engine_->take_refused(event)) return true;
  if (now < deadline()) return false;
  event.kind = EventKind::timed_out;
  event.reason = wire::ReasonCode::keep_alive_timeout;
  event.detail = state_ == State::connected          ? "the client fell silent"
                 : state_ == State::awaiting_connect ? "no CONNECT came in time"
                                                     : "the authentication took too long";
  event.properties = {};
  disconnect(wire::ReasonCode::keep_alive_timeout, {}, out);
  return true;
}

void ServerSession::reading(bool on, Time now) noexcept {
  if (reading_ == on) return;
  reading_ = on;
  // What the client has sent meanwhile is about to be read.
  if (on && state_ == State::connected) last_received_ = now;
}

}  // namespace mqrig::session
