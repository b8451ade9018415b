#include <mqrig/broker/journal.hpp>

#include <algorithm>

namespace mqrig::broker {

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t no_time = 0;

// Subscription identifiers as the store keeps them: four bytes each, in the machine's order.
wire::ByteView as_bytes(const std::vector<std::uint32_t>& identifiers) {
  return {reinterpret_cast<const std::uint8_t*>(identifiers.data()),
          identifiers.size() * sizeof(std::uint32_t)};
}

store::DeliveryKey key_of(const Session& session, const Delivery& delivery) {
  return {session.store_id, delivery.sequence, delivery.message->stored.id};
}

store::WillRecord to_record(const Will& will) {
  const Message& message = *will.message;
  const wire::ByteView properties = message.properties().encoded();
  store::WillRecord record;
  record.topic = message.topic();
  record.payload.assign(message.payload().begin(), message.payload().end());
  record.properties.assign(properties.begin(), properties.end());
  record.qos = message.qos();
  record.retain = message.retain();
  record.delay = will.delay;
  return record;
}

}  // namespace

void Journal::set_time(session::Time now) noexcept {
  if (!on()) return;
  now_ = now;
  wall_now_ = std::chrono::system_clock::now();
}

std::int64_t Journal::to_wall(session::Time time) const noexcept {
  if (time == session::never) return no_time;
  const auto wall = wall_now_.time_since_epoch() + (time - now_);
  return std::max<std::int64_t>(1, std::chrono::duration_cast<milliseconds>(wall).count());
}

session::Time Journal::from_wall(std::int64_t time) const noexcept {
  if (time == no_time) return session::never;
  return now_ + (milliseconds(time) -
                 std::chrono::duration_cast<milliseconds>(wall_now_.time_since_epoch()));
}

void Journal::put(Session& session) {
  if (!on()) return;
  if (session.store_id == 0) session.store_id = ++last_session_;
  store::SessionRecord record;
  record.id = session.store_id;
  record.client_id = session.client_id;
  if (session.user_name) record.user_name = *session.user_name;
  record.expiry = session.expiry;
  record.version = session.version;
  record.ended_at = to_wall(session.ended_at);
  if (session.will) record.will = to_record(*session.will);
  store_->put_session(record);
}

void Journal::remove(Session& session) {
  if (session.store_id == 0) return;
  store_->remove_session(session.store_id);
  session.store_id = 0;
}

void Journal::subscribed(const Session& session, std::string_view filter,
                         const SubscriptionOptions& options) {
  if (!session.stored()) return;
  store::SubscriptionRecord record;
  record.session = session.store_id;
  record.subscription = {.filter = filter,
                         .qos = options.qos,
                         .no_local = options.no_local,
                         .retain_as_published = options.retain_as_published,
                         .retain_handling = options.retain_handling};
  record.identifier = options.identifier;
  store_->put_subscription(record);
}

void Journal::unsubscribed(const Session& session, std::string_view filter) {
  if (session.stored()) store_->remove_subscription(session.store_id, filter);
}

void Journal::received(const Session& session, wire::PacketId id) {
  if (session.stored()) store_->put_received(session.store_id, id);
}

void Journal::released(const Session& session, wire::PacketId id) {
  if (session.stored()) store_->remove_received(session.store_id, id);
}

void Journal::refer(Message& message) {
  if (message.stored.references++ != 0) return;
  message.stored.id = ++last_message_;
  const wire::Publish publish = message.publish();
  store::MessageRecord record;
  record.id = message.stored.id;
  record.topic = publish.topic;
  record.payload = publish.payload;
  record.properties = publish.properties.encoded();
  record.qos = publish.qos;
  record.retain = publish.retain;
  record.expires_at = to_wall(message.expires_at());
  record.source = message.source();
  store_->put_message(record);
}

void Journal::release(Message& message) {
  if (message.stored.references == 0 || --message.stored.references != 0) return;
  store_->remove_message(message.stored.id);
  message.stored.id = 0;
}

void Journal::retained(const MessagePtr& message) {
  if (!on()) return;
  refer(*message);
  store_->put_retained(message->topic(), message->stored.id);
}

void Journal::unretained(const MessagePtr& message, bool replaced) {
  if (!on() || message->stored.references == 0) return;
  if (!replaced) store_->remove_retained(message->topic());
  release(*message);
}

void Journal::put(const Session& session, Delivery& delivery, wire::PacketId packet_id) {
  refer(*delivery.message);
  delivery.sequence = ++last_sequence_;
  store::DeliveryRecord record;
  record.key = key_of(session, delivery);
  record.packet_id = packet_id;
  record.qos = delivery.qos;
  record.retain = delivery.retain;
  record.identifiers = as_bytes(delivery.identifiers);
  store_->put_delivery(record);
}

void Journal::sent(const Session& session, const Delivery& delivery, wire::PacketId packet_id) {
  store_->set_sent(key_of(session, delivery), packet_id);
}

void Journal::taken_over(const Session& session, const Delivery& delivery) {
  if (delivery.sequence != 0) store_->set_released(key_of(session, delivery));
}

void Journal::remove(const Session& session, Delivery& delivery) {
  store_->remove_delivery(key_of(session, delivery));
  delivery.sequence = 0;
  release(*delivery.message);
}

void Journal::resume_numbers(std::uint64_t session, std::uint64_t message,
                             std::uint64_t sequence) noexcept {
  last_session_ = session;
  last_message_ = message;
  last_sequence_ = sequence;
}

}  // namespace mqrig::broker
