// The turns of the broker, and what happens as time passes.
#include <mqrig/broker/broker_impl.hpp>

#include <algorithm>

namespace mqrig::broker {

namespace {
constexpr session::Duration tick_interval = session::DeadlineWheel::width;
}  // namespace

session::Time Broker::Impl::begin_turn() {
  if (in_turn_) return now_;
  in_turn_ = true;
  now_ = std::chrono::steady_clock::now();
  dispatcher_.set_time(now_);
  journal_.set_time(now_);
  turn_end_.request();
  return now_;
}

void Broker::Impl::end_turn() {
  // A commit takes long: what has come since the turn began goes with it, and mostly says what
  // became of the messages of the last one.
  if (journal_.urgent()) turn_end_.hand_out();
  close_broken();
  pump_drained();
  disconnect_overflowed();
  const bool more = dispatcher_.pump_backlog();
  pass_on_orphans();
  const bool was_stalled = stalled_;
  const bool committed = commit();
  // What writing brings about is of the next turn, and of the next commit.
  in_turn_ = false;
  if (committed) {
    flush_all();
    journal_.maintain();
    if (was_stalled) resume_all();
  }
  destroy_closed();
  if (more || !dispatcher_.overflowed().empty()) begin_turn();
  arm_tick();
  const bool over = !stalled_ || stop_at_ <= now_;
  if (stopped_ && connections_.empty() && !in_turn_ && over) finish_stop();
}

// False while the store can't keep what was said: then nothing is answered, and nothing more read.
// What nobody waits for goes with what somebody waits for, or at the next tick.
bool Broker::Impl::commit() {
  const bool all = std::exchange(saving_, false) || stalled_ || stopped_;
  if (!(all ? journal_.dirty() : journal_.urgent())) return !stalled_;
  const std::error_code error = journal_.commit();
  if (!error) {
    if (std::exchange(stalled_, false)) {
      observer_.on_warning("the state can be saved again: going on");
    }
    return true;
  }
  if (!std::exchange(stalled_, true)) {
    observer_.on_warning("the state can't be saved (" + error.message() +
                         "): clients wait until it can");
  }
  return false;
}

void Broker::Impl::resume_all() {
  std::vector<Connection*> all;  // those that end meanwhile stay until the end of the turn
  for (const auto& connection : connections_) all.push_back(connection.get());
  for (Connection* connection : all) connection->resume_reading();
}

void Broker::Impl::flush_all() {
  flushing_.swap(touched_);
  for (Connection* connection : flushing_) connection->flush();
  flushing_.clear();
}

void Broker::Impl::close_broken() {
  for (Connection* connection : std::exchange(broken_, {})) connection->close();
}

void Broker::Impl::pump_drained() {
  for (Connection* connection : std::exchange(drained_, {})) {
    if (connection->session != nullptr) dispatcher_.pump(*connection->session);
    connection->resume_reading();
  }
}

void Broker::Impl::destroy_closed() {
  if (closed_.empty()) return;
  std::erase_if(touched_, [](const Connection* connection) { return connection->closed(); });
  closed_.clear();
}

void Broker::Impl::disconnect_overflowed() {
  // The end of one session may publish a will, which makes others overflow.
  std::vector<Session*>& overflowed = dispatcher_.overflowed();
  while (!overflowed.empty()) {
    Session& session = *overflowed.back();
    overflowed.pop_back();
    session.overflowed = false;
    if (!session.connected()) continue;
    Connection& connection = *session.connection;
    activity(connection, "is disconnected: its queue is full");
    connection.disconnect(wire::ReasonCode::quota_exceeded);
    detach(connection, true);
  }
}

void Broker::Impl::on_touched(Connection& connection) {
  begin_turn();
  touched_.push_back(&connection);
}

void Broker::Impl::on_drained(Connection& connection) {
  const Session* session = connection.session;
  const bool awaited = session != nullptr && (!session->queue.empty() || session->retained ||
                                              session->engine.sender().resending());
  if (!awaited && !connection.paused()) return;
  begin_turn();
  drained_.push_back(&connection);
}

void Broker::Impl::on_broken(Connection& connection) {
  begin_turn();
  broken_.push_back(&connection);
}

void Broker::Impl::on_deadline(Connection& connection) {
  wheel_.schedule(connection, connection.deadline(), now_);
}

void Broker::Impl::on_closed(Connection& connection) {
  begin_turn();
  if (connection.request) end_login(*connection.request);
  authentications_.erase(&connection);
  detach(connection, true);
  connection.unlink();
  const std::uint32_t index = connection.index;
  closed_.push_back(std::move(connections_[index]));
  if (index + 1 != connections_.size()) {
    connections_[index] = std::move(connections_.back());
    connections_[index]->index = index;
  }
  connections_.pop_back();
}

void Broker::Impl::arm_tick() {
  if (ticking_) return;
  const bool needed = !connections_.empty() || registry_.waiting() || !postponed_.empty() ||
                      stalled_ || journal_.dirty() || sys_due_ != session::never;
  if (!needed) return;
  ticking_ = true;
  tick_timer_.expires_at(std::chrono::steady_clock::now() + tick_interval);
}

void Broker::Impl::tick() {
  ticking_ = false;
  saving_ = true;
  const session::Time now = begin_turn();
  wheel_.turn(now, [&](session::DeadlineWheel::Hook& hook) {
    auto& connection = static_cast<Connection&>(hook);
    connection.look(now);
    if (connection.closed()) return;
    wheel_.schedule(connection, connection.deadline(), now);
    // What a burst took is given back when it is over.
    if (connection.session != nullptr) connection.session->engine.shrink();
  });
  while (Session* session = registry_.take_due_will(now)) publish_will(*session);
  while (Session* session = registry_.take_due_end(now)) {
    ++statistics_.sessions_expired;
    end_session(*session);
  }
  while (!postponed_.empty() && postponed_.begin()->first <= now) {
    const std::uint64_t login = postponed_.begin()->second;
    postponed_.erase(postponed_.begin());
    start_login(login);
  }
  retained_.expire(now, 1'000,
                   [&](const MessagePtr& message) { journal_.unretained(message, false); });
  if (sys_due_ <= now) {
    sys_due_ = now + settings_.sys_interval;
    update_statistics();
    sys_topics_.publish(statistics_, now, [&](std::string_view topic, std::string_view payload) {
      publish_own(topic, payload);
    });
  }
  count_unserved();
  if (stop_at_ <= now) {
    while (!connections_.empty()) connections_.back()->close();
  }
}

void Broker::Impl::count_bytes(std::size_t received, std::size_t sent) noexcept {
  statistics_.bytes_received += received;
  statistics_.bytes_sent += sent;
}

void Broker::Impl::update_statistics() noexcept {
  statistics_.packets_received += std::exchange(packet_counts_.received, 0);
  statistics_.packets_sent += std::exchange(packet_counts_.answered, 0);
  count_unserved();
  statistics_.sessions_now = registry_.size();
  statistics_.subscriptions_now = tree_.size() - groups_.size() + groups_.memberships();
  statistics_.shared_now = groups_.memberships();
  statistics_.retained_now = retained_.size();
  statistics_.retained_bytes_now = retained_.bytes();
}

// Connections that were closed unseen, for want of descriptors or memory.
void Broker::Impl::count_unserved() {
  std::uint64_t all = 0;
  for (const auto& listener : listeners_) all += listener->refused();
  if (all == unserved_) return;
  if (unserved_ == 0) {
    observer_.on_warning("connections are refused: no more descriptors (see ulimit -n)");
  }
  statistics_.refused += all - std::exchange(unserved_, all);
}

const Statistics& Broker::Impl::statistics() noexcept {
  update_statistics();
  return statistics_;
}

}  // namespace mqrig::broker
