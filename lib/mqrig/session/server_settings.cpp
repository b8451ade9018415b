#include <mqrig/session/server_settings.hpp>

namespace mqrig::session {

void ServerSettings::announce(wire::PropertyWriter& properties) const {
  if (maximum_packet_size < wire::max_remaining_length + 5) {
    properties.add(wire::PropertyId::maximum_packet_size, maximum_packet_size);
  }
  if (receive_maximum < 65'535) properties.add(wire::PropertyId::receive_maximum, receive_maximum);
  if (topic_alias_maximum > 0) {
    properties.add(wire::PropertyId::topic_alias_maximum, topic_alias_maximum);
  }
}

}  // namespace mqrig::session
