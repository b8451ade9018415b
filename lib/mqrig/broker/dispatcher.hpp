// Brings messages to sessions: at once, or through their queues.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <system_error>
#include <vector>

#include <mqrig/broker/journal.hpp>
#include <mqrig/broker/publication.hpp>
#include <mqrig/broker/retained_store.hpp>
#include <mqrig/broker/session.hpp>
#include <mqrig/broker/settings.hpp>
#include <mqrig/broker/statistics.hpp>

namespace mqrig::broker {

// How a message goes to one session.
struct Target {
  Session* session = nullptr;
  wire::QoS qos = wire::QoS::at_most_once;  // granted to the subscription
  bool retain = false;                      // the flag that the client sees
  std::span<const std::uint32_t> identifiers;
  SharedGroup* group = nullptr;  // of a shared subscription
};

// What the rules of sections 4.4, 4.6 and 4.9 mean for one subscriber: what can be sent is sent;
// QoS 1 and 2 messages that can't wait in the session's queue, in their order; QoS 0 messages that
// can't are dropped and counted.
class Dispatcher {
 public:
  Dispatcher(const Limits& limits, Statistics& statistics, Journal& journal,
             RetainedStore& retained) noexcept
      : limits_(limits), statistics_(statistics), journal_(journal), retained_(retained) {}

  // The time of the turn.
  void set_time(session::Time now) noexcept { now_ = now; }

  void deliver(Publication& publication, const Target& target);

  // Sends what waits, as far as the client and its connection take it: messages of an earlier
  // connection, then the queue, then retained messages. Call when something was acknowledged or
  // written.
  void pump(Session& session);
  // The session has a connection again: the same, with messages as much nearer to their end
  // [MQTT-3.3.2-6].
  void resumed(Session& session);
  // The engine has completed the message of this token.
  void completed(Session& session, std::uint64_t token);
  // PUBREC came for the message of this token.
  void taken_over(Session& session, std::uint64_t token);

  // Begins to send the retained messages that match a new subscription.
  void send_retained(Session& session, std::string_view filter, const SubscriptionOptions& options);
  // The client wants no more of them [MQTT-3.10.4-2].
  void forget_retained(Session& session, std::string_view filter);
  // Goes on with retained messages where a call has looked at as many topics as one may. True while
  // there are more: call again in the next turn.
  bool pump_backlog();

  // Takes everything on its way to a session that ends; shared messages that another member may get
  // are left in orphans().
  void discard(Session& session);
  std::vector<std::unique_ptr<Delivery>>& orphans() noexcept { return orphans_; }

  // Sessions whose queue ran over and whose client is to be disconnected for it.
  std::vector<Session*>& overflowed() noexcept { return overflowed_; }

  // The session goes on, but no longer in the store.
  void unstore(Session& session);
  // Puts back what the store kept: `packet_id` 0 in the queue, else in flight.
  void restore(Session& session, std::unique_ptr<Delivery> delivery, wire::PacketId packet_id,
               bool released);

 private:
  bool has_room(const Session& session) const noexcept;
  std::unique_ptr<Delivery> make_delivery(Publication& publication, const Target& target,
                                          wire::QoS qos) const;
  void send(Publication& publication, const Target& target, wire::QoS qos,
            std::unique_ptr<Delivery> delivery);
  std::error_code append(Publication& publication, const Target& target, wire::QoS qos,
                         std::uint64_t token);
  void sent(Session& session, std::unique_ptr<Delivery> delivery);
  void enqueue(std::unique_ptr<Delivery> delivery, Session& session);
  bool make_room(Session& session, std::size_t size);
  void drop(Session& session, std::unique_ptr<Delivery> delivery) noexcept;
  void send_front(Session& session);
  void pump_retained(Session& session);
  bool takes_more(const Session& session, const SubscriptionOptions& options) const;
  void deliver_retained(Session& session, const SubscriptionOptions& options,
                        const MessagePtr& message);

  const Limits& limits_;
  Statistics& statistics_;
  Journal& journal_;
  RetainedStore& retained_;
  session::Time now_{};
  Publication kept_;  // for messages out of queues and the retained store
  std::vector<std::unique_ptr<Delivery>> orphans_;
  std::vector<Session*> overflowed_;
  std::vector<Session*> backlog_;
};

}  // namespace mqrig::broker
