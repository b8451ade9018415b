#include <tests/support/server_peer.hpp>

#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/publish_layout.hpp>

namespace mqrig::test {

using session::EventKind;

void ServerPeer::read(wire::Buffer& in, wire::Buffer& out) {
  session::ServerEvent event;
  wire::ByteView rest = in.view();
  while (session_.read(rest, {}, event, out)) handle(event, out);
  in.consume(in.size() - rest.size());
}

void ServerPeer::handle(const session::ServerEvent& event, wire::Buffer& out) {
  switch (event.kind) {
    case EventKind::connect:
      return accept(event.connect, out);
    case EventKind::message:
      arrived.emplace_back(wire::as_text(event.publish.payload));
      return engine_.receiver().acknowledge(event.receipt, wire::ReasonCode::success,
                                            session_.version(), out);
    case EventKind::published:
      return completed.push_back(event.token);
    case EventKind::taken_over:
    case EventKind::released:
    case EventKind::disconnected:
      return;
    case EventKind::fault:
      fault = event.detail;
      return;
    default:
      fault = "the client asked for something";
  }
}

void ServerPeer::accept(const wire::Connect& connect, wire::Buffer& out) {
  const bool present = has_session_ && !connect.clean_start;
  has_session_ = true;
  if (!present) engine_ = session::Engine(session::Role::server, exchange_);
  wire::PropertyWriter properties;
  settings_.announce(properties);
  const auto error = session_.accept(engine_,
                                     {.session_present = present,
                                      .keep_alive = connect.keep_alive,
                                      .properties = properties.view()},
                                     {}, out);
  if (error) fault = error.message();
}

// As a broker would: through topic aliases where they are wanted, else encoded once.
bool ServerPeer::publish(const wire::Publish& publish, std::uint64_t token, wire::Buffer& out) {
  if (engine_.assigns_topic_aliases()) return !engine_.publish(publish, token, out);
  wire::Publish packet = publish;
  packet.packet_id = publish.qos == wire::QoS::at_most_once ? 0 : 0xFFFF;
  wire::Buffer encoded;
  wire::encode(encoded, session_.version(), packet);
  return !engine_.forward(encoded.view(), packet.qos, wire::packet_id_offset(encoded.view()), token,
                          out);
}

void ServerPeer::forget() {
  connection_lost();
  has_session_ = false;
}

}  // namespace mqrig::test
