#include <mqrig/broker/registry.hpp>

namespace mqrig::broker {

Session* Registry::find(std::string_view client_id) const {
  const auto found = sessions_.find(client_id);
  return found == sessions_.end() ? nullptr : found->second.get();
}

Session& Registry::add(std::string client_id, const session::ExchangeSettings& exchange) {
  auto session = std::make_unique<Session>(std::move(client_id), exchange);
  const std::string_view key = session->client_id;
  return *sessions_.emplace(key, std::move(session)).first->second;
}

void Registry::remove(Session& session) {
  set_end(session, session::never);
  set_will(session, session::never);
  sessions_.erase(sessions_.find(session.client_id));
}

void Registry::set_end(Session& session, session::Time time) {
  ends_.set(session, time);
}

void Registry::set_will(Session& session, session::Time time) {
  wills_.set(session, time);
}

Session* Registry::take_due_will(session::Time now) {
  return wills_.take_due(now);
}

Session* Registry::take_due_end(session::Time now) {
  return ends_.take_due(now);
}

void Registry::Schedule::set(Session& session, session::Time time) {
  const auto old = of.find(&session);
  if (old != of.end()) {
    times.erase({old->second, &session});
    of.erase(old);
  }
  if (time == session::never) return;
  times.insert({time, &session});
  of.insert({&session, time});
}

Session* Registry::Schedule::take_due(session::Time now) {
  if (times.empty() || times.begin()->first > now) return nullptr;
  Session* session = times.begin()->second;
  set(*session, session::never);
  return session;
}

}  // namespace mqrig::broker
