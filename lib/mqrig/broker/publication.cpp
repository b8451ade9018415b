#include <mqrig/broker/publication.hpp>

#include <algorithm>

#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/publish_layout.hpp>

namespace mqrig::broker {

using wire::PropertyId;
using wire::QoS;

namespace {
constexpr std::size_t kept_capacity = 1024 * 1024;
}

std::uint32_t seconds_left(session::Time expires_at, session::Time now) noexcept {
  const auto left = std::chrono::ceil<std::chrono::seconds>(expires_at - now).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(left, 0, 0xFFFFFFFF));
}

void Publication::reset() noexcept {
  message_ = {};
  // A large message does not keep its memory for the small ones behind it.
  if (layouts_.capacity() > kept_capacity) layouts_.release();
  layouts_.clear();
  places_.fill({});
}

void Publication::begin(const wire::Publish& publish, session::Time now, std::uint64_t source) {
  reset();
  source_ = source;
  publish_ = publish;
  publish_.topic_alias = 0;
  publish_.dup = false;
  expires_at_ = session::never;
  if (!publish.properties.empty()) take_properties(publish.properties, now);
}

void Publication::begin(const MessagePtr& message) {
  reset();
  message_ = message;
  publish_ = message->publish();
  expires_at_ = message->expires_at();
}

void Publication::take_properties(wire::Properties properties, session::Time now) {
  if (!properties.find(PropertyId::message_expiry_interval) &&
      !properties.find(PropertyId::topic_alias)) {
    return;
  }
  forwarded_.clear();
  for (const wire::Property& property : properties) {
    if (property.id == PropertyId::message_expiry_interval) {
      expires_at_ = now + std::chrono::seconds(property.integer);
    } else if (property.id != PropertyId::topic_alias) {
      forwarded_.add(property);
    }
  }
  publish_.properties = forwarded_.view();
}

const MessagePtr& Publication::message() {
  if (!message_) message_ = Message::make(publish_, expires_at_, source_);
  return message_;
}

Publication::Layout Publication::layout(wire::Version version, QoS qos, bool retain,
                                        session::Time now) {
  const bool five = version == wire::Version::mqtt_5;
  Place& place = places_[static_cast<std::size_t>(qos) * 4 + (five ? 2U : 0U) + (retain ? 1U : 0U)];
  if (place.size == 0) {
    wire::Publish packet = publish_;
    packet.qos = qos;
    packet.retain = retain;
    packet.packet_id = qos == QoS::at_most_once ? wire::PacketId{0} : wire::PacketId{1};
    if (five && expires_at_ != session::never) packet.properties = properties_for({}, now);
    place.begin = static_cast<std::uint32_t>(layouts_.size());
    if (!wire::encode(layouts_, version, packet)) return {};
    place.size = static_cast<std::uint32_t>(layouts_.size()) - place.begin;
    if (qos != QoS::at_most_once) {
      place.packet_id_offset = static_cast<std::uint32_t>(
          wire::packet_id_offset(layouts_.view().subspan(place.begin, place.size)));
    }
  }
  return {layouts_.view().subspan(place.begin, place.size), place.packet_id_offset};
}

wire::Properties Publication::properties_for(std::span<const std::uint32_t> identifiers,
                                             session::Time now) {
  subscriber_.clear();
  if (expires_at_ != session::never) {
    subscriber_.add(PropertyId::message_expiry_interval, seconds_left(expires_at_, now));
  }
  for (const wire::Property& property : publish_.properties) subscriber_.add(property);
  for (const std::uint32_t identifier : identifiers) {
    subscriber_.add(PropertyId::subscription_identifier, identifier);
  }
  return subscriber_.view();
}

}  // namespace mqrig::broker
