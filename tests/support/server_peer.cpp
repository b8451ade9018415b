#include <tests/support/server_peer.hpp>

#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::test {

using wire::PacketType;

void ServerPeer::read(wire::Buffer& in, wire::Buffer& out) {
  wire::Frame frame;
  while (fault.empty()) {
    const wire::FrameResult result =
        wire::split_frame(in.view(), wire::max_remaining_length + 5, frame, version_);
    if (result.status == wire::FrameStatus::invalid) fault = wire::text(result.fault);
    if (result.status != wire::FrameStatus::complete) return;
    handle(frame, out);
    in.consume(frame.size);
  }
}

void ServerPeer::handle(const wire::Frame& frame, wire::Buffer& out) {
  if (!connected_) return accept(frame, out);
  switch (frame.type()) {
    case PacketType::pingreq:
      return wire::encode_pingresp(out);
    case PacketType::disconnect:
      return connection_lost();
    case PacketType::publish:
    case PacketType::puback:
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp: {
      session::Event event;
      if (const session::Violation violation = engine_.handle(frame, event, out)) {
        fault = violation.detail;
      } else if (event.kind == session::EventKind::message) {
        arrived.emplace_back(wire::as_text(event.publish.payload));
      } else if (event.kind == session::EventKind::published) {
        completed.push_back(event.token);
      }
      return;
    }
    default:
      fault = "the client sent " + std::string(wire::name(frame.type()));
  }
}

void ServerPeer::accept(const wire::Frame& frame, wire::Buffer& out) {
  wire::Connect connect;
  if (frame.type() != PacketType::connect || wire::decode(frame, connect) != wire::Fault::none) {
    fault = "the first packet is not CONNECT";
    return;
  }
  version_ = connect.version;
  connected_ = true;
  const bool present = has_session_ && !connect.clean_start;
  has_session_ = true;
  if (!present) engine_ = session::Engine(session::Role::server, settings_);
  wire::encode(out, version_,
               wire::Connack{.session_present = present,
                             .reason = wire::ReasonCode::success,
                             .properties = connack_properties});
  engine_.resume(present, version_, session::Limits::from(connect.properties),
                 session::Limits::from(connack_properties));
}

void ServerPeer::connection_lost() noexcept {
  connected_ = false;
  engine_.connection_lost();
}

void ServerPeer::forget() {
  connection_lost();
  has_session_ = false;
}

}  // namespace mqrig::test
