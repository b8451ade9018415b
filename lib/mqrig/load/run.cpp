#include <mqrig/load/run.hpp>

#include <algorithm>
#include <utility>

namespace mqrig::load {

using namespace std::chrono_literals;

namespace {

// From the order to the first message: all members must have it by then.
constexpr session::Duration head_start = 20ms;
// How often it is looked whether all has arrived.
constexpr session::Duration drain_look = 20ms;
constexpr session::Duration interrupted_drain = 500ms;
constexpr session::Duration time_to_leave = 5s;
// Clients are given up after the time to connect, and a little later: their timers are coarse.
constexpr session::Duration longest_lateness = 1s;

session::Time now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

Run::Run(asio::io_context& context, std::shared_ptr<const Plan> plan, RunConfig config,
         Report& report, Observer& observer)
    : plan_(std::move(plan)),
      config_(config),
      report_(report),
      observer_(observer),
      timer_(context, [this] { timer_expired(); }) {
  for (const GroupPlan& group : plan_->groups) {
    if (!group.publish) continue;
    publishes_ = true;
    if (group.open_loop()) report_.open_loop = true;
  }
  if (config_.find_max) search_.emplace(config_.find_max->from, config_.find_max->to);
  report_.asked_rate = asked_rate_here();
}

Run::~Run() = default;

// Of all machines together.
double Run::asked_rate() const {
  double rate = 0;
  for (const GroupPlan& group : plan_->groups) {
    if (group.open_loop()) rate += group.settings->publish->rate;
  }
  return rate;
}

// Clients are dealt out to machines like cards.
double Run::asked_rate_here() const {
  const RunSettings& run = plan_->settings;
  double rate = 0;
  for (const GroupPlan& group : plan_->groups) {
    if (!group.open_loop()) continue;
    const std::uint32_t clients = group.settings->clients;
    const std::uint32_t ours = clients / run.machines + (run.machine < clients % run.machines);
    rate += group.settings->publish->rate * ours / clients;
  }
  return rate;
}

void Run::start(const MakeCrew& make_crew) {
  begin_ = last_progress_ = now();
  report_.begin = begin_.time_since_epoch().count() + plan_->settings.wall_offset;
  Crew::Owner& owner = *this;
  crew_ = make_crew(owner);
  members_.resize(crew_->size());
  set_state(State::connecting, "connecting");
  Order order;
  order.kind = Order::Kind::connect;
  if (!publishes_ && config_.start_at) order.at = *config_.start_at;
  crew_->order(order);
  const auto& phases = plan_->scenario.phases;
  const bool warms_up = !phases.empty() && !phases.front().measured;
  if (!publishes_ && !warms_up) {
    start_measuring(order.at == session::Time() ? begin_ : order.at);
  }
  connect_begin_ = std::max(begin_, order.at);
  await_connections();
}

void Run::await_connections() {
  timer_.expires_at(std::min(connect_deadline(), forced_start()));
}

// Looks what is due after something has changed.
void Run::advance() {
  if (state_ == State::connecting && all_reached(Stage::connected)) connected();
  if (state_ == State::running) {
    const bool enough =
        config_.receive_limit != 0 && sum(report_.account.received) >= config_.receive_limit;
    if (enough) {
      drain();
    } else if (publishes_ && all_have_sent()) {
      all_sent();
    }
  }
  if (state_ == State::draining && all_reached(Stage::drained) && everything_arrived()) drained();
  if (state_ == State::leaving && all_reached(Stage::done)) finish();
}

void Run::connected() {
  if (gauges_.ready == 0) return leave();
  observer_.on_connected();
  if (state_ != State::connecting) return;
  if (config_.wait_to_start && !begun_) {
    set_state(State::waiting, "waiting for the start");
    timer_.cancel();
    return;
  }
  publish();
}

void Run::begin(session::Time at) {
  begun_ = true;
  config_.start_at = at;
  if (state_ == State::waiting) publish();
}

void Run::publish() {
  const session::Time begin = std::max(now() + head_start, config_.start_at.value_or(begin_));
  if (!search_) return run_phases(begin, plan_->scenario.phases, 1);
  step_rate_ = *search_->next();
  Phase phase;
  phase.name = "step";
  phase.duration = config_.find_max->step;
  begin_step();
  run_phases(begin, {phase}, step_rate_ / asked_rate());
}

void Run::run_phases(session::Time begin, std::vector<Phase> phases, double rate_factor) {
  set_state(State::running, publishes_ ? "publishing" : "running");
  boundaries_.clear();
  silence_ = false;
  phases_begin_ = end_ = begin;
  for (const Phase& phase : phases) {
    const bool changes = boundaries_.empty() || boundaries_.back().second != phase.measured;
    if (changes) boundaries_.emplace_back(end_, phase.measured);
    if (phase.endless()) {
      end_ = session::never;
      break;
    }
    end_ += std::chrono::duration_cast<session::Duration>(phase.duration);
  }
  if (phases.empty()) {
    boundaries_.emplace_back(begin, true);
    end_ = session::never;
  }
  Order order;
  order.kind = Order::Kind::publish;
  order.at = begin;
  order.phases = std::move(phases);
  order.rate_factor = rate_factor;
  if (publishes_) crew_->order(order);
  next_boundary();
}

// Members are told of a boundary before it is there, so that they tell apart what happens before it
// and after it by their own clocks.
void Run::next_boundary() {
  const session::Time next = boundaries_.empty() ? end_ : boundaries_.front().first;
  if (next == session::never) return timer_.cancel();
  if (!boundaries_.empty()) {
    const bool measured = boundaries_.front().second;
    // The first message is due at the very begin.
    if (measured) start_measuring(next == phases_begin_ ? next - head_start / 2 : next);
    if (!measured) stop_measuring(next);
  }
  timer_.expires_at(next);
}

// By our own clients. Time that is left is measured all the same: there is nothing due in it.
void Run::all_sent() {
  const bool counted = std::any_of(
      plan_->groups.begin(), plan_->groups.end(),
      [](const GroupPlan& group) { return group.publish && group.settings->publish->count != 0; });
  if (end_ != session::never && !counted) return;
  if (!others_send()) return drain();
  if (silence_ || !boundaries_.empty()) return;
  silence_ = true;
  last_progress_ = now();
  timer_.expires_at(last_progress_ + drain_look);
}

// Others may still send: until nothing has come for a while, or the time is over.
void Run::await_silence(session::Time time) {
  const bool silent = time - last_progress_ >= drain_timeout();
  if (!silent && time < end_) {
    crew_->cut(time);
    timer_.expires_at(std::min(time + drain_look, end_));
    return;
  }
  if (silent) stop_measuring(last_progress_);
  drain();
}

void Run::timer_expired() {
  const session::Time time = now();
  switch (state_) {
    case State::connecting:
      if (time >= forced_start()) return publish();
      if (time >= connect_deadline()) return connected();
      await_connections();
      return;
    case State::running:
      if (boundaries_.empty()) return silence_ ? await_silence(time) : drain();
      boundaries_.erase(boundaries_.begin());
      return next_boundary();
    case State::draining:
      if (time - std::max(last_progress_, drain_begin_) >= drain_timeout()) return drained();
      crew_->cut(time);
      look_again(time);
      return;
    case State::leaving:
      // A million clients take their time, as long as they go.
      if (std::exchange(last_connected_, gauges_.connected) == gauges_.connected) return finish();
      timer_.expires_at(time + time_to_leave);
      return;
    default:
      return;
  }
}

// When to give up those who have not come: too long after the last one that came, or was to come.
session::Time Run::connect_deadline() const {
  Nanoseconds ramp{};
  for (const GroupPlan& group : plan_->groups) ramp = std::max(ramp, group.settings->ramp);
  const auto after = [](session::Time time, Nanoseconds duration) {
    return time + std::chrono::duration_cast<session::Duration>(duration);
  };
  const session::Time last = std::max(last_progress_, after(connect_begin_, ramp));
  return after(last, plan_->scenario.connect_timeout) + longest_lateness;
}

// With a time to start, connected or not.
session::Time Run::forced_start() const {
  const bool forced = publishes_ && !config_.wait_to_start && config_.start_at.has_value();
  return forced ? *config_.start_at - 2 * head_start : session::never;
}

session::Duration Run::drain_timeout() const {
  if (interrupted_) return interrupted_drain;
  return plan_->scenario.drain_timeout;
}

void Run::start_measuring(session::Time at) {
  if (measure_from_ != session::never) return;
  measure_from_ = at;
  crew_->cut(at);
}

void Run::stop_measuring(session::Time at) {
  if (measure_from_ == session::never || measure_to_ != session::never) return;
  measure_to_ = std::max(at, measure_from_);
  crew_->cut(at);
}

// The phases are over, or all is sent.
//
// A run of so many messages is measured until the last of them has arrived, and one of so much time
// until that is over.
void Run::drain() {
  if (end_ != session::never || interrupted_) stop_measuring(std::min(end_, now()));
  set_state(State::draining, "waiting for what is on its way");
  Order order;
  order.kind = Order::Kind::stop;
  crew_->order(order);
  order.kind = Order::Kind::drain;
  crew_->order(order);
  drain_begin_ = now();
  look_again(drain_begin_);
}

// The sooner, the shorter the drain is yet.
void Run::look_again(session::Time time) {
  const session::Duration look = std::max<session::Duration>((time - drain_begin_) / 4, 1ms);
  timer_.expires_at(time + std::min(look, drain_look));
}

// Nobody awaits anything any more; what is missing is lost.
void Run::drained() {
  stop_measuring(last_progress_);
  if (search_ && !interrupted_) return step_done();
  leave();
}

void Run::leave() {
  if (state_ >= State::leaving) return;
  stop_measuring(now());
  set_state(State::leaving, "disconnecting");
  Order order;
  order.kind = Order::Kind::leave;
  crew_->order(order);
  timer_.expires_at(now() + time_to_leave);
}

void Run::finish() {
  if (state_ == State::done) return;
  state_ = State::done;
  timer_.cancel();
  close_rows(true);
  if (measure_from_ != session::never) {
    // It may have been ended before its time to measure.
    const session::Duration measured = std::min(measure_to_, now()) - measured_since();
    report_.measured_seconds = std::max(0.0, std::chrono::duration<double>(measured).count());
  }
  make_positive(report_.totals);
  finish_search();
  judge(report_);
  observer_.on_done();
}

void Run::interrupt(int signal) {
  if (state_ < State::running || has_end()) report_.interrupted = signal;
  end();
}

void Run::end() {
  interrupted_ = true;
  switch (state_) {
    case State::connecting:
    case State::waiting:
      return leave();
    case State::running:
      return drain();
    default:
      return;
  }
}

void Run::set_state(State state, std::string_view text) {
  state_ = state;
  observer_.on_stage(text);
}

void Run::on_member_failed(std::uint32_t member, const std::string& text) {
  members_[member].failed = true;
  members_[member].gauges = Gauges();
  sum_gauges();
  report_.errors.add("worker " + std::to_string(member) + ": " + text, 1);
  ++report_.account.errors;
  const bool any_left = std::any_of(members_.begin(), members_.end(),
                                    [](const MemberState& state) { return !state.failed; });
  if (!any_left) return finish();
  advance();
}

}  // namespace mqrig::load
