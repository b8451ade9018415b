#include <mqrig/session/limits.hpp>

#include <algorithm>

namespace mqrig::session {

Limits Limits::from(wire::Properties properties) noexcept {
  using wire::PropertyId;
  Limits limits;
  for (const wire::Property& property : properties) {
    switch (property.id) {
      case PropertyId::maximum_packet_size:
        limits.maximum_packet_size = std::min(property.integer, limits.maximum_packet_size);
        break;
      case PropertyId::receive_maximum:
        limits.receive_maximum = static_cast<std::uint16_t>(property.integer);
        break;
      case PropertyId::topic_alias_maximum:
        limits.topic_alias_maximum = static_cast<std::uint16_t>(property.integer);
        break;
      case PropertyId::maximum_qos:
        limits.maximum_qos = static_cast<wire::QoS>(property.integer);
        break;
      case PropertyId::retain_available:
        limits.retain_available = property.integer != 0;
        break;
      case PropertyId::wildcard_subscription_available:
        limits.wildcard_available = property.integer != 0;
        break;
      case PropertyId::subscription_identifier_available:
        limits.subscription_identifier_available = property.integer != 0;
        break;
      case PropertyId::shared_subscription_available:
        limits.shared_available = property.integer != 0;
        break;
      default:
        break;
    }
  }
  return limits;
}

}  // namespace mqrig::session
