// Retained messages for new subscriptions, section 3.3.1.3: as many at a time as the client takes.
#include <mqrig/broker/dispatcher.hpp>

#include <mqrig/broker/connection.hpp>
#include <mqrig/broker/permissions.hpp>

namespace mqrig::broker {

namespace {
// A filter that matches little of a large store would hold up everybody else.
constexpr std::size_t topics_per_call = 2'000;
}  // namespace

void Dispatcher::send_retained(Session& session, std::string_view filter,
                               const SubscriptionOptions& options) {
  if (!session.retained) session.retained = std::make_unique<std::deque<RetainedBacklog>>();
  session.retained->push_back({RetainedCursor(filter), options});
  if (session.queue.empty() && !session.in_backlog) pump_retained(session);
}

void Dispatcher::forget_retained(Session& session, std::string_view filter) {
  if (!session.retained) return;
  std::erase_if(*session.retained,
                [&](const RetainedBacklog& waiting) { return waiting.cursor.filter() == filter; });
  if (session.retained->empty()) session.retained.reset();
}

void Dispatcher::pump_retained(Session& session) {
  std::deque<RetainedBacklog>& waiting = *session.retained;
  while (!waiting.empty()) {
    RetainedBacklog& first = waiting.front();
    // pump() comes back when the client has taken some.
    if (!takes_more(session, first.options)) return;
    const bool more =
        first.cursor.next(retained_, now_, topics_per_call, [&](const MessagePtr& message) {
          deliver_retained(session, first.options, message);
          return takes_more(session, first.options);
        });
    if (!more) {
      waiting.pop_front();
    } else if (takes_more(session, first.options)) {
      session.in_backlog = true;
      backlog_.push_back(&session);
      return;
    }
  }
  session.retained.reset();
}

bool Dispatcher::takes_more(const Session& session, const SubscriptionOptions& options) const {
  return session.queue.empty() && session.engine.ready(options.qos) && has_room(session);
}

void Dispatcher::deliver_retained(Session& session, const SubscriptionOptions& options,
                                  const MessagePtr& message) {
  if (session.permissions && !session.permissions->may(Access::read, message->topic())) return;
  // [MQTT-3.8.3-3]
  if (options.no_local && message->source() == source_of(session.client_id)) return;
  kept_.begin(message);
  deliver(kept_, {.session = &session,
                  .qos = options.qos,
                  .retain = true,  // [MQTT-3.3.1-8]
                  .identifiers = options.identifier == 0 ? std::span<const std::uint32_t>()
                                                         : std::span(&options.identifier, 1),
                  .group = nullptr});
}

bool Dispatcher::pump_backlog() {
  std::vector<Session*> sessions = std::move(backlog_);
  backlog_.clear();
  for (Session* session : sessions) {
    session->in_backlog = false;
    pump(*session);
  }
  return !backlog_.empty();
}

}  // namespace mqrig::broker
