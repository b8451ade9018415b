// When tokens of connected clients expire.
#pragma once

#include <map>
#include <unordered_map>

#include <mqrig/session/time.hpp>

namespace mqrig::broker {

class Connection;

// Apart from the connections: those without a token cost nothing.
class TokenEnds {
 public:
  // In place of an end that was set before.
  void set(Connection& connection, session::Time end);
  void erase(const Connection& connection);
  // One whose end has come, which is taken off the list; null if there is none.
  Connection* take_due(session::Time now);

 private:
  using Ends = std::multimap<session::Time, Connection*>;

  Ends ends_;
  std::unordered_map<const Connection*, Ends::iterator> by_connection_;
};

}  // namespace mqrig::broker
