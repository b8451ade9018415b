// CONNECT: who may be decided about at all, and what a client is told whose packet is not one.
#include <mqrig/session/server_session.hpp>
#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::session {

using wire::PacketType;
using wire::PropertyId;
using wire::ReasonCode;
using wire::Version;

namespace {

// The version whose CONNACK a client of an unknown level understands: levels above 5 are of later
// versions than 5.0, the others of earlier ones. Bridges set the highest bit.
Version nearest_version(const wire::Frame& connect) {
  const std::size_t name_size = static_cast<std::size_t>(connect.body[0] << 8 | connect.body[1]);
  const unsigned level = connect.body[2 + name_size] & 0x7FU;
  return level >= 5 ? Version::mqtt_5 : Version::mqtt_3_1_1;
}

}  // namespace

bool ServerSession::read_connect(wire::ByteView& in, ServerEvent& event, wire::Buffer& out) {
  // Another protocol shows in its first byte, and may never send as much as it seems to announce.
  constexpr Violation other{ReasonCode::protocol_error, "the first packet is not CONNECT"};
  if (!in.empty() && static_cast<PacketType>(in[0] >> 4) != PacketType::connect) {
    return fail(other, event, out);
  }
  wire::Frame frame;
  const wire::FrameResult result = wire::split_frame(in, settings_->maximum_connect_size, frame);
  if (result.status == wire::FrameStatus::need_more) return false;
  if (result.status == wire::FrameStatus::invalid) return fail(result.fault, event, out);
  in = in.subspan(frame.size);
  return handle_connect(frame, event, out);
}

bool ServerSession::handle_connect(const wire::Frame& frame, ServerEvent& event,
                                   wire::Buffer& out) {
  wire::Connect& connect = event.connect;
  connect.version = Version{};
  const wire::Fault fault = wire::decode(frame, connect);
  const bool recognised = connect.version != Version{};
  if (recognised) {
    version_ = connect.version;
  } else if (fault == wire::Fault::unsupported_version) {
    version_ = nearest_version(frame);
  }
  const Violation violation = fault != wire::Fault::none
                                  ? Violation{wire::reason(fault), wire::text(fault)}
                                  : check_connect(connect);
  client_limits_ = Limits();
  if (violation) {
    // What is not MQTT is not answered, and below 5.0 neither is a CONNECT that does not conform
    // [MQTT-3.1.4-1 of 3.1.1].
    const bool answered = recognised ? version_ == Version::mqtt_5 || fault == wire::Fault::none
                                     : fault == wire::Fault::unsupported_version;
    state_ = State::deciding;
    if (answered) refuse(violation.reason, {}, out);
    return fail(violation, event, out);
  }
  client_limits_ = Limits::from(connect.properties);
  wants_problem_information_ =
      connect.properties.integer(PropertyId::request_problem_information).value_or(1) != 0;
  session_expires_at_once_ =
      connect.properties.integer(PropertyId::session_expiry_interval).value_or(0) == 0;
  has_method_ = connect.properties.find(PropertyId::authentication_method).has_value();
  state_ = State::deciding;
  event.kind = EventKind::connect;
  event.properties = connect.properties;
  return true;
}

Violation ServerSession::check_connect(const wire::Connect& connect) const noexcept {
  // Whoever has no identifier gets one from 3.1.1 on, but only for a session that nobody could find
  // again [MQTT-3.1.3-8 of 3.1.1].
  const bool may_be_empty =
      version_ == Version::mqtt_5 || (version_ == Version::mqtt_3_1_1 && connect.clean_start);
  if (connect.client_id.empty() && !may_be_empty) {
    return {ReasonCode::client_identifier_not_valid, "the client identifier is empty"};
  }
  return {};
}

}  // namespace mqrig::session
