#include <mqrig/broker/dispatcher.hpp>

#include <algorithm>

#include <mqrig/broker/connection.hpp>
#include <mqrig/broker/permissions.hpp>
#include <mqrig/broker/shared_group.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::broker {

using wire::QoS;

namespace {

// Must anybody but the engine know of a message that is in flight?
bool remembers(const Session& session, bool shared, session::Time expires_at) {
  return session.stored() || shared || expires_at != session::never;
}

}  // namespace

bool Dispatcher::has_room(const Session& session) const noexcept {
  return session.connection->has_room();
}

void Dispatcher::deliver(Publication& publication, const Target& target) {
  Session& session = *target.session;
  const QoS qos = std::min(publication.publish().qos, target.qos);
  if (!session.connected()) {
    if (qos != QoS::at_most_once) enqueue(make_delivery(publication, target, qos), session);
    return;
  }
  if (qos == QoS::at_most_once && session.engine.ready(qos)) {
    if (has_room(session)) return send(publication, target, qos, nullptr);
    ++statistics_.dropped_qos_0;
    return;
  }
  if (!session.queue.empty() || !session.engine.ready(qos) || !has_room(session)) {
    return enqueue(make_delivery(publication, target, qos), session);
  }
  const bool remembered = remembers(session, target.group != nullptr, publication.expires_at());
  send(publication, target, qos, remembered ? make_delivery(publication, target, qos) : nullptr);
}

std::unique_ptr<Delivery> Dispatcher::make_delivery(Publication& publication, const Target& target,
                                                    QoS qos) const {
  auto delivery = std::make_unique<Delivery>();
  delivery->message = publication.message();
  delivery->identifiers.assign(target.identifiers.begin(), target.identifiers.end());
  if (target.group != nullptr) delivery->group = target.group->shared_from_this();
  delivery->qos = qos;
  delivery->retain = target.retain;
  return delivery;
}

// `delivery` is what has to be remembered of the message while it is in flight, or null.
void Dispatcher::send(Publication& publication, const Target& target, QoS qos,
                      std::unique_ptr<Delivery> delivery) {
  Session& session = *target.session;
  const std::size_t start = session.connection->out().size();
  const std::uint64_t token = delivery ? delivery->token() : 0;
  if (append(publication, target, qos, token)) {
    // [MQTT-3.1.2-25]: as if it had been sent.
    ++statistics_.dropped_size;
    return drop(session, std::move(delivery));
  }
  ++statistics_.packets_sent;
  ++statistics_.publish_sent;
  statistics_.publish_bytes_sent += publication.publish().payload.size();
  if (delivery) sent(session, std::move(delivery));
  session.connection->published(start);
}

std::error_code Dispatcher::append(Publication& publication, const Target& target, QoS qos,
                                   std::uint64_t token) {
  Session& session = *target.session;
  wire::Buffer& out = session.connection->out();
  if (target.identifiers.empty() && !session.engine.assigns_topic_aliases()) {
    const Publication::Layout layout =
        publication.layout(session.version, qos, target.retain, now_);
    if (layout.packet.empty()) return session::Error::packet_too_large;
    return session.engine.forward(layout.packet, qos, layout.packet_id_offset, token, out);
  }
  wire::Publish packet = publication.publish();
  packet.qos = qos;
  packet.retain = target.retain;
  if (session.version == wire::Version::mqtt_5) {
    packet.properties = publication.properties_for(target.identifiers, now_);
  }
  return session.engine.publish(packet, token, out);
}

// The delivery is in flight: the engine has its token from here on.
void Dispatcher::sent(Session& session, std::unique_ptr<Delivery> delivery) {
  if (session.stored()) {
    const wire::PacketId id = session.engine.sender().last_sent();
    if (delivery->sequence == 0) {
      journal_.put(session, *delivery, id);
    } else {
      journal_.sent(session, *delivery, id);
    }
  }
  delivery.release();  // NOLINT: owned by the token
}

void Dispatcher::enqueue(std::unique_ptr<Delivery> delivery, Session& session) {
  const std::size_t size = delivery->message->size();
  if (!make_room(session, size)) {
    ++statistics_.dropped_queue;
    return drop(session, std::move(delivery));
  }
  if (session.stored() && delivery->qos != QoS::at_most_once) {
    journal_.put(session, *delivery, 0);
  }
  ++statistics_.queued_now;
  statistics_.queued_bytes_now += size;
  session.queue.push(std::move(delivery));
}

bool Dispatcher::make_room(Session& session, std::size_t size) {
  const auto full = [&] {
    return session.queue.size() >= limits_.queued_messages ||
           session.queue.bytes() + size > limits_.queued_bytes ||
           statistics_.queued_bytes_now + size > limits_.queued_bytes_in_all;
  };
  if (!full()) return true;
  if (limits_.queue_full == QueueFull::disconnect && session.connected() && !session.overflowed) {
    session.overflowed = true;
    overflowed_.push_back(&session);
  }
  if (limits_.queue_full != QueueFull::drop_oldest || size > limits_.queued_bytes) return false;
  while (full() && !session.queue.empty()) {
    std::unique_ptr<Delivery> oldest = session.queue.pop();
    --statistics_.queued_now;
    statistics_.queued_bytes_now -= oldest->message->size();
    ++statistics_.dropped_queue;
    drop(session, std::move(oldest));
  }
  return !full();
}

void Dispatcher::drop(Session& session, std::unique_ptr<Delivery> delivery) noexcept {
  if (delivery && delivery->sequence != 0) journal_.remove(session, *delivery);
}

void Dispatcher::pump(Session& session) {
  if (!session.connected()) return;
  if (session.engine.sender().resending()) {
    session.engine.resend(session.connection->out(), limits_.output_bytes);
    session.connection->touch();
    if (session.engine.sender().resending() && !has_room(session)) return;
  }
  while (!session.queue.empty() && session.engine.ready(session.queue.front().qos) &&
         has_room(session)) {
    send_front(session);
  }
  if (session.queue.empty() && session.retained && !session.in_backlog) pump_retained(session);
}

void Dispatcher::send_front(Session& session) {
  std::unique_ptr<Delivery> delivery = session.queue.pop();
  --statistics_.queued_now;
  statistics_.queued_bytes_now -= delivery->message->size();
  if (delivery->message->expired(now_)) {  // [MQTT-3.3.2-5]
    ++statistics_.dropped_expired;
    return drop(session, std::move(delivery));
  }
  // The rules may have changed since it was queued.
  if (session.permissions && !session.permissions->may(Access::read, delivery->message->topic())) {
    return drop(session, std::move(delivery));
  }
  kept_.begin(delivery->message);
  const std::vector<std::uint32_t> identifiers = delivery->identifiers;
  const Target target{.session = &session,
                      .qos = delivery->qos,
                      .retain = delivery->retain,
                      .identifiers = identifiers,
                      .group = delivery->group.get()};
  const QoS qos = delivery->qos;
  const bool remembered = qos != QoS::at_most_once && remembers(session, delivery->group != nullptr,
                                                                delivery->message->expires_at());
  send(kept_, target, qos, remembered ? std::move(delivery) : nullptr);
}

void Dispatcher::resumed(Session& session) {
  session.engine.sender().update_expiry([&](std::uint64_t token) {
    return token == 0 ? 0xFFFFFFFF : seconds_left(Delivery::of(token)->message->expires_at(), now_);
  });
  pump(session);
}

void Dispatcher::completed(Session& session, std::uint64_t token) {
  if (token != 0) drop(session, std::unique_ptr<Delivery>(Delivery::of(token)));
  if (!session.queue.empty() || session.retained || session.engine.sender().resending()) {
    pump(session);
  }
}

void Dispatcher::taken_over(Session& session, std::uint64_t token) {
  if (token != 0 && session.stored()) journal_.taken_over(session, *Delivery::of(token));
}

void Dispatcher::discard(Session& session) {
  const auto keep_orphan = [&](std::unique_ptr<Delivery> delivery, bool unseen) {
    // [MQTT-4.8.2-5], [MQTT-4.8.2-6]: a QoS 2 message that the client may have is nobody else's.
    const bool passed_on = delivery->group && (unseen || delivery->qos == QoS::at_least_once);
    if (delivery->sequence != 0) journal_.remove(session, *delivery);
    if (passed_on) orphans_.push_back(std::move(delivery));
  };
  session.engine.sender().for_each_pending([&](std::uint64_t token, bool) {
    if (token != 0) keep_orphan(std::unique_ptr<Delivery>(Delivery::of(token)), false);
  });
  while (!session.queue.empty()) {
    std::unique_ptr<Delivery> delivery = session.queue.pop();
    --statistics_.queued_now;
    statistics_.queued_bytes_now -= delivery->message->size();
    keep_orphan(std::move(delivery), true);
  }
  std::erase(backlog_, &session);
  std::erase(overflowed_, &session);
}

void Dispatcher::unstore(Session& session) {
  session.engine.sender().for_each_pending([&](std::uint64_t token, bool) {
    if (token != 0) journal_.remove(session, *Delivery::of(token));
  });
  for (Delivery* delivery = session.queue.first(); delivery != nullptr;
       delivery = delivery->next.get()) {
    if (delivery->sequence != 0) journal_.remove(session, *delivery);
  }
  journal_.remove(session);
}

void Dispatcher::restore(Session& session, std::unique_ptr<Delivery> delivery,
                         wire::PacketId packet_id, bool released) {
  if (packet_id == 0) {
    ++statistics_.queued_now;
    statistics_.queued_bytes_now += delivery->message->size();
    return session.queue.push(std::move(delivery));
  }
  kept_.begin(delivery->message);
  wire::Publish packet = kept_.publish();
  packet.qos = delivery->qos;
  packet.retain = delivery->retain;
  packet.packet_id = packet_id;
  packet.properties = kept_.properties_for(delivery->identifiers, now_);
  wire::Buffer encoded;
  wire::encode(encoded, session.version, packet);
  if (session.engine.sender().restore(packet_id, delivery->token(), session.version, encoded.view(),
                                      released)) {
    delivery.release();  // NOLINT: owned by the token
  }
}

}  // namespace mqrig::broker
