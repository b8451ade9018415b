// What the owner of a client session asks for: publish, subscribe, unsubscribe, acknowledge.
#include <algorithm>

#include <mqrig/session/client_session.hpp>
#include <mqrig/session/state_codec.hpp>
#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::session {

using wire::PacketType;
using wire::Version;

namespace {

// What dump() writes; to be counted up when its layout changes.
constexpr std::uint8_t state_format = 1;

bool all_valid(std::span<const std::string_view> filters) {
  return !filters.empty() &&
         std::all_of(filters.begin(), filters.end(), [](std::string_view filter) {
           return wire::check_topic_filter(filter) == wire::TopicError::none;
         });
}

}  // namespace

std::error_code ClientSession::publish(const wire::Publish& publish, std::uint64_t token, Time now,
                                       wire::Buffer& out) {
  if (state_ != State::connected) return Error::not_connected;
  const bool first = !awaits_acknowledgement();
  const std::error_code error = engine_.publish(publish, token, out);
  if (error) return error;
  if (first) last_acknowledged_ = now;
  sent(now);
  return {};
}

std::error_code ClientSession::check_subscribe(std::span<const wire::Subscription> subscriptions,
                                               wire::Properties properties) const noexcept {
  if (state_ != State::connected) return Error::not_connected;
  const Limits& server = server_limits();
  if (!server.subscription_identifier_available &&
      properties.find(wire::PropertyId::subscription_identifier)) {
    return Error::identifier_not_supported;
  }
  if (subscriptions.empty()) return Error::invalid_filter;
  for (const wire::Subscription& subscription : subscriptions) {
    if (wire::check_topic_filter(subscription.filter) != wire::TopicError::none) {
      return Error::invalid_filter;
    }
    if (subscription.no_local && version_ == Version::mqtt_5 &&
        wire::is_shared(subscription.filter)) {
      return Error::shared_no_local;
    }
    if (!server.shared_available && wire::is_shared(subscription.filter)) {
      return Error::shared_not_supported;
    }
    if (!server.wildcard_available &&
        subscription.filter.find_first_of("+#") != std::string_view::npos) {
      return Error::wildcard_not_supported;
    }
  }
  return {};
}

std::error_code ClientSession::subscribe(std::span<const wire::Subscription> subscriptions,
                                         wire::Properties properties, std::uint64_t token, Time now,
                                         wire::Buffer& out) {
  if (const std::error_code error = check_subscribe(subscriptions, properties)) return error;
  const wire::PacketId id = engine_.sender().allocate(token);
  if (id == 0) return Error::would_block;
  const std::size_t start = out.size();
  const bool encoded = wire::encode_subscribe(out, version_, id, subscriptions, properties);
  return request(encoded, id, PacketType::subscribe, subscriptions.size(), start, now, out);
}

std::error_code ClientSession::unsubscribe(std::span<const std::string_view> filters,
                                           wire::Properties properties, std::uint64_t token,
                                           Time now, wire::Buffer& out) {
  if (state_ != State::connected) return Error::not_connected;
  if (!all_valid(filters)) return Error::invalid_filter;
  const wire::PacketId id = engine_.sender().allocate(token);
  if (id == 0) return Error::would_block;
  const std::size_t start = out.size();
  const bool encoded = wire::encode_unsubscribe(out, version_, id, filters, properties);
  return request(encoded, id, PacketType::unsubscribe, filters.size(), start, now, out);
}

// Keeps an encoded request at `start`, or takes it back when it is too large.
std::error_code ClientSession::request(bool encoded, wire::PacketId id, PacketType type,
                                       std::size_t count, std::size_t start, Time now,
                                       wire::Buffer& out) {
  if (!encoded || out.size() - start > server_limits().maximum_packet_size) {
    out.truncate(start);
    engine_.sender().release(id);
    return Error::packet_too_large;
  }
  if (!awaits_acknowledgement()) last_acknowledged_ = now;
  engine_.sender().keep_request(id, type, count);
  ++requests_;
  sent(now);
  return {};
}

void ClientSession::resend(wire::Buffer& out, std::size_t enough) {
  if (state_ == State::connected) engine_.resend(out, enough);
}

void ClientSession::acknowledge(std::uint64_t receipt, wire::ReasonCode reason, Time now,
                                wire::Buffer& out) {
  const std::size_t start = out.size();
  engine_.receiver().acknowledge(receipt, reason, version_, out);
  if (out.size() != start) sent(now);
}

void ClientSession::acknowledge_through(std::uint64_t receipt, Time now, wire::Buffer& out) {
  const std::size_t start = out.size();
  engine_.receiver().acknowledge_through(receipt, version_, out);
  if (out.size() != start) sent(now);
}

void ClientSession::dump(wire::Buffer& out) const {
  put_u8(out, state_format);
  engine_.sender().dump(out);
  engine_.receiver().dump(out);
}

void ClientSession::release_unknown(wire::PacketId last, Time now, wire::Buffer& out) {
  for (unsigned id = 1; id <= last; ++id) {
    wire::encode(out, version_,
                 {.type = wire::PacketType::pubrel,
                  .packet_id = static_cast<wire::PacketId>(id),
                  .reason = wire::ReasonCode::success,
                  .properties = {}});
  }
  sent(now);
}

bool ClientSession::restore_sent(wire::PacketId id, std::uint64_t token, wire::Publish publish,
                                 bool released) {
  publish.packet_id = id;
  publish.dup = false;
  publish.topic_alias = 0;
  wire::Buffer packet;
  return wire::encode(packet, wire::Version::mqtt_5, publish) &&
         engine_.sender().restore(id, token, wire::Version::mqtt_5, packet.view(), released);
}

std::error_code ClientSession::restore(wire::ByteView bytes) {
  std::uint8_t format = 0;
  if (get_u8(bytes, format) && format == state_format && engine_.sender().restore(bytes) &&
      engine_.receiver().restore(bytes) && bytes.empty()) {
    return {};
  }
  engine_ = Engine(Role::client, settings_->exchange);
  return Error::corrupt_state;
}

}  // namespace mqrig::session
