// Retained messages for new subscriptions, section 3.3.1.3: as many at a time as the client takes.
#include <mqrig/broker/dispatcher.hpp>

#include <algorithm>

#include <mqrig/broker/connection.hpp>

namespace mqrig::broker {

namespace {
// A filter that matches little of a large store would hold up everybody else.
constexpr std::size_t topics_per_call = 2'000;
}  // namespace

void Dispatcher::send_retained(Session& session, std::string_view filter,
                               const SubscriptionOptions& options) {
  if (!session.retained) session.retained = std::make_unique<std::vector<RetainedBacklog>>();
  session.retained->push_back({RetainedStore::Cursor(filter), options});
  if (session.queue.empty() && !session.in_backlog) pump_retained(session);
}

void Dispatcher::pump_retained(Session& session) {
  std::vector<RetainedBacklog>& waiting = *session.retained;
  while (!waiting.empty()) {
    RetainedBacklog& first = waiting.front();
    bool taken = true;
    const bool more = retained_.next(first.cursor, topics_per_call, now_,
                                     [&](const MessagePtr& message) {
                                       return taken = offer_retained(session, first.options, message);
                                     });
    if (more && taken) {
      session.in_backlog = true;
      backlog_.push_back(&session);
      return;
    }
    if (more) return;  // pump() comes back when the client has taken some
    waiting.erase(waiting.begin());
  }
  session.retained.reset();
}

bool Dispatcher::offer_retained(Session& session, const SubscriptionOptions& options,
                                const MessagePtr& message) {
  const wire::QoS qos = std::min(message->qos(), options.qos);
  if (!session.engine.ready(qos) || !has_room(session)) return false;
  kept_.begin(message);
  const Target target{.session = &session,
                      .qos = qos,
                      .retain = true,
                      .identifiers = options.identifier == 0 ? std::span<const std::uint32_t>()
                                                             : std::span(&options.identifier, 1),
                      .group = nullptr};
  deliver(kept_, target);
  return true;
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
