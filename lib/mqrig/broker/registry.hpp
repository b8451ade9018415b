// All sessions, and what happens to those without a connection when time passes.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <mqrig/broker/session.hpp>

namespace mqrig::broker {

class Registry {
 public:
  Session* find(std::string_view client_id) const;
  // There is none of that client identifier.
  Session& add(std::string client_id, const session::ExchangeSettings& exchange);
  // The session is gone: nothing may refer to it any more.
  void remove(Session& session);
  std::size_t size() const noexcept { return sessions_.size(); }

  template <class Visit>
  void for_each(Visit&& visit) {
    for (auto& [id, session] : sessions_) visit(*session);
  }

  // When the session ends, and when its will is due; `never` forgets that.
  void set_end(Session& session, session::Time time);
  void set_will(Session& session, session::Time time);

  // A session whose will is due, or that is to end; null when there is none. Its time is forgotten.
  Session* take_due_will(session::Time now);
  Session* take_due_end(session::Time now);
  bool waiting() const noexcept { return !ends_.times.empty() || !wills_.times.empty(); }

 private:
  // Times of sessions, and where to find them again.
  struct Schedule {
    void set(Session& session, session::Time time);
    Session* take_due(session::Time now);

    std::set<std::pair<session::Time, Session*>> times;
    std::unordered_map<Session*, session::Time> of;
  };

  std::unordered_map<std::string_view, std::unique_ptr<Session>> sessions_;  // keys: their own ids
  Schedule ends_;
  Schedule wills_;
};

}  // namespace mqrig::broker
