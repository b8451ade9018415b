// What time brings to a shard, and what is done when the rest is done.
#include <algorithm>

#include <mqrig/load/shard.hpp>

namespace mqrig::load {
namespace {

// Without a response for so long, requests are taken for lost.
constexpr std::chrono::seconds request_timeout{5};
// In open loop, from one wake-up to the next: what becomes due meanwhile leaves together. Above
// 20,000 messages a second setting the timer and sleeping costs more than sending; below, nothing
// is held up. The delay is part of Metric::scheduling, and of every latency.
constexpr std::chrono::microseconds publish_interval{50};

}  // namespace

void Shard::want_pump(Client& client) {
  if (std::exchange(client.publisher()->queued, true)) return;
  to_pump_.push_back(&client);
  turn_.request();
}

void Shard::turn() {
  read_clock();
  pump_waiting();
  connect_next();
  if (std::exchange(changed_, false)) review();
  set_timer();
}

void Shard::pump_waiting() {
  for (std::size_t left = to_pump_.size(); left > 0; --left) {
    Client& client = *to_pump_.front();
    to_pump_.pop_front();
    client.publisher()->queued = false;
    if (client.pump()) want_pump(client);
  }
}

void Shard::wake(Client& client, session::Time time) {
  wakes_.push(time, client);
  if (time < timer_at_) set_timer();
}

void Shard::schedule_look(Client& client, session::Time deadline) {
  wheel_.schedule(client, deadline, now_);
}

void Shard::set_timer() {
  const session::Time next = next_event();
  if (next == timer_at_) return;
  timer_at_ = next;
  if (next == session::never) {
    timer_.cancel();
  } else {
    timer_.expires_at(next);
  }
}

session::Time Shard::next_event() const {
  session::Time next = std::min({wakes_.next(), next_look_, next_gate_});
  for (const GroupState& group : groups_) {
    next = std::min(next, group.next_storm);
    if (group.open_loop)
      next = std::min(next, std::max(group.open_loop->next_due(), next_publish_));
  }
  return next;
}

void Shard::timer_expired() {
  timer_at_ = session::never;
  read_clock();
  publish_due();
  wake_due();
  for (GroupState& group : groups_) {
    if (group.next_storm <= now_) storm(group);
  }
  if (next_gate_ <= now_) {
    update_gate();
    for (GroupState& group : groups_) {
      if (!group.plan->publish) continue;
      for (Client* client : group.clients) want_pump(*client);
    }
  }
  if (next_look_ <= now_) look_around();
  turn();
}

// All that is due leaves with this wake-up, in one write for each client.
void Shard::publish_due() {
  next_publish_ = now_ + publish_interval;
  for (GroupState& group : groups_) {
    if (!group.open_loop) continue;
    OpenLoop& loop = *group.open_loop;
    for (; loop.next_due() <= now_; loop.advance()) {
      record(Metric::scheduling, now_ - loop.next_due());
      ++sample_.counters.scheduled;
      Client& client = loop.next_client();
      if (client.state() == Client::State::gone) {
        ++sample_.counters.unsent;
        continue;
      }
      ++gauges_.backlog;
      ++client.publisher()->allowed;
      want_pump(client);
    }
    if (loop.next_due() == session::never) changed_ = true;
  }
}

void Shard::wake_due() {
  while (wakes_.next() <= now_) {
    const WakeQueue::Wake wake = wakes_.pop();
    wake.client->woken(wake.time);
  }
}

// The next one comes when all have been back for a while.
void Shard::plan_storm(GroupState& group) noexcept {
  const Nanoseconds interval = group.plan->settings->storm.interval;
  if (interval.count() == 0 || group.next_storm != session::never || !may_part()) return;
  if (group.settled == group.clients.size()) group.next_storm = now_ + interval;
}

void Shard::storm(GroupState& group) {
  const StormSettings& settings = group.plan->settings->storm;
  group.next_storm = session::never;
  if (!may_part()) return;
  for (Client* client : group.clients) {
    if (client->ready()) client->leave(settings.leave, false);
  }
}

void Shard::look_around() {
  next_look_ = now_ + session::DeadlineWheel::width;
  wheel_.turn(now_, [](session::DeadlineWheel::Hook& hook) { static_cast<Client&>(hook).look(); });
  give_up_requests();
}

void Shard::give_up_requests() {
  for (GroupState& group : groups_) {
    if (!group.plan->publish || !group.plan->publish->response_topic) continue;
    for (Client* client : group.clients) {
      Publisher& publisher = *client->publisher();
      if (publisher.outstanding == 0 || now_ - publisher.last_response < request_timeout) continue;
      client->give_up_requests();
      want_pump(*client);
    }
  }
}

// In closed loop a phase of level 0 is a pause.
void Shard::update_gate() {
  next_gate_ = session::never;
  gate_open_ = false;
  if (now_ < phases_begin_) {
    next_gate_ = phases_begin_;
    return;
  }
  gate_open_ = phases_.empty();
  session::Time end = phases_begin_;
  for (const Phase& phase : phases_) {
    end += phase.duration;
    if (!phase.endless() && end <= now_) continue;
    gate_open_ = phase.kind != PhaseKind::drain && (phase.from > 0 || phase.to > 0);
    if (!phase.endless()) next_gate_ = end;
    return;
  }
}

}  // namespace mqrig::load
