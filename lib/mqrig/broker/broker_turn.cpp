// The turns of the broker, and what happens as time passes.
#include <mqrig/broker/broker_impl.hpp>

#include <algorithm>

namespace mqrig::broker {

namespace {
constexpr session::Duration tick_interval = DeadlineWheel::width;
constexpr session::Duration store_retry = std::chrono::seconds(1);
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
  pump_drained();
  disconnect_overflowed();
  const bool more = dispatcher_.pump_backlog();
  pass_on_orphans();
  if (commit()) {
    flush_all();
    journal_.maintain();
  }
  destroy_closed();
  in_turn_ = false;
  if (more || !drained_.empty() || (!touched_.empty() && !stalled_)) begin_turn();
  arm_tick();
  if (stopped_ && connections_.empty()) finish_stop();
}

// False while the store can't keep what was said: then nothing is answered, and nothing more read.
bool Broker::Impl::commit() {
  if (!journal_.dirty()) return !stalled_;
  const std::error_code error = journal_.commit();
  if (!error) {
    if (std::exchange(stalled_, false)) {
      observer_.on_warning("the state can be saved again: going on");
      resume_all();
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

// What writing brings about (a connection that fails sets its will free, a client that has taken
// what waited is sent more) is of the next turn, and of the next commit.
void Broker::Impl::flush_all() {
  flushing_.swap(touched_);
  for (Connection* connection : flushing_) connection->flush();
  flushing_.clear();
}

void Broker::Impl::pump_drained() {
  for (Session* session : std::exchange(drained_, {})) dispatcher_.pump(*session);
}

void Broker::Impl::destroy_closed() {
  if (closed_.empty()) return;
  std::erase_if(touched_, [](const Connection* connection) { return connection->closed(); });
  closed_.clear();
}

void Broker::Impl::disconnect_overflowed() {
  for (Session* session : std::exchange(dispatcher_.overflowed(), {})) {
    if (!session->connected()) continue;
    Connection& connection = *session->connection;
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
  Session* session = connection.session;
  if (session == nullptr) return;
  if (!session->queue.empty() || session->retained || session->engine.sender().resending()) {
    drained_.push_back(session);
  }
}

void Broker::Impl::on_deadline(Connection& connection) {
  wheel_.schedule(connection, connection.deadline(), now_);
}

void Broker::Impl::on_closed(Connection& connection) {
  begin_turn();
  if (connection.request) logins_.erase(connection.request->login);
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
                      stalled_ || sys_due_ != session::never;
  if (!needed) return;
  ticking_ = true;
  tick_timer_.expires_at(std::chrono::steady_clock::now() + tick_interval);
}

void Broker::Impl::tick() {
  ticking_ = false;
  const session::Time now = begin_turn();
  wheel_.turn(now, [&](DeadlineWheel::Hook& hook) {
    auto& connection = static_cast<Connection&>(hook);
    connection.look(now);
    if (!connection.closed()) wheel_.schedule(connection, connection.deadline(), now);
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
    update_gauges();
    sys_topics_.publish(statistics_, now, [&](std::string_view topic, std::string_view payload) {
      publish_own(topic, payload);
    });
  }
  if (stop_at_ <= now) {
    while (!connections_.empty()) connections_.back()->close();
  }
}

void Broker::Impl::count_bytes(std::size_t received, std::size_t sent) noexcept {
  statistics_.bytes_received += received;
  statistics_.bytes_sent += sent;
}

void Broker::Impl::update_gauges() noexcept {
  statistics_.sessions_now = registry_.size();
  statistics_.subscriptions_now = tree_.size() - groups_.size() + groups_.memberships();
  statistics_.shared_now = groups_.memberships();
  statistics_.retained_now = retained_.size();
  statistics_.retained_bytes_now = retained_.bytes();
}

const Statistics& Broker::Impl::statistics() noexcept {
  update_gauges();
  return statistics_;
}

}  // namespace mqrig::broker
