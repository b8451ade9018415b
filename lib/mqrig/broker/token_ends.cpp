#include <mqrig/broker/token_ends.hpp>

namespace mqrig::broker {

void TokenEnds::set(Connection& connection, session::Time end) {
  erase(connection);
  by_connection_[&connection] = ends_.insert({end, &connection});
}

void TokenEnds::erase(const Connection& connection) {
  if (by_connection_.empty()) return;
  const auto found = by_connection_.find(&connection);
  if (found == by_connection_.end()) return;
  ends_.erase(found->second);
  by_connection_.erase(found);
}

Connection* TokenEnds::take_due(session::Time now) {
  if (ends_.empty() || ends_.begin()->first > now) return nullptr;
  Connection* due = ends_.begin()->second;
  erase(*due);
  return due;
}

}  // namespace mqrig::broker
