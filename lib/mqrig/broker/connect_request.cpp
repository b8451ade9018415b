#include <mqrig/broker/connect_request.hpp>

namespace mqrig::broker {

using wire::PropertyId;

namespace {

// The will's delay is the session's matter, and its expiry begins when it is published.
std::unique_ptr<Will> make_will(const wire::Will& packet) {
  auto will = std::make_unique<Will>();
  will->delay = packet.properties.integer(PropertyId::will_delay_interval).value_or(0);
  wire::PropertyWriter properties;
  for (const wire::Property& property : packet.properties) {
    if (property.id != PropertyId::will_delay_interval) properties.add(property);
  }
  wire::Publish publish;
  publish.topic = packet.topic;
  publish.payload = packet.payload;
  publish.qos = packet.qos;
  publish.retain = packet.retain;
  publish.properties = properties.view();
  will->message = Message::make(publish, session::never);
  return will;
}

}  // namespace

ConnectRequest::ConnectRequest(const wire::Connect& connect)
    : version(connect.version),
      bridge(connect.bridge),
      clean_start(connect.clean_start),
      keep_alive(connect.keep_alive),
      client_id(connect.client_id) {
  if (connect.user_name) user_name = *connect.user_name;
  if (connect.password) password = auth::Secret(wire::as_text(*connect.password));
  if (connect.will) will = make_will(*connect.will);
  if (version != wire::Version::mqtt_5) {
    session_expiry = clean_start ? 0 : never_expires;
    return;
  }
  authentication_method = connect.properties.text(PropertyId::authentication_method);
  authentication_data = connect.properties.text(PropertyId::authentication_data);
  session_expiry = connect.properties.integer(PropertyId::session_expiry_interval).value_or(0);
  wants_response_information =
      connect.properties.integer(PropertyId::request_response_information).value_or(0) != 0;
}

}  // namespace mqrig::broker
