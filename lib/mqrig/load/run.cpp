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

session::Time now() {
  return std::chrono::steady_clock::now();
}

bool is_endless(const Phase& phase) {
  return phase.kind == PhaseKind::hold && phase.duration.count() == 0;
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
    if (group.settings->publish->count == 0) counted_ = false;
    if (group.open_loop()) report_.open_loop = true;
  }
  if (config_.find_max) search_.emplace(config_.find_max->from, config_.find_max->to);
  report_.asked_rate = asked_rate();
}

Run::~Run() = default;

double Run::asked_rate() const {
  double rate = 0;
  for (const GroupPlan& group : plan_->groups) {
    if (group.open_loop()) rate += group.settings->publish->rate;
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
  if (!publishes_) start_measuring(order.at == session::Time() ? begin_ : order.at);
  timer_.expires_at(begin_ + plan_->scenario.connect_timeout);
}

// Looks what is due after something has changed.
void Run::advance() {
  if (state_ == State::connecting && all_reached(Stage::connected)) connected();
  if (state_ == State::running) {
    const bool enough =
        config_.receive_limit != 0 && sum(report_.account.received) >= config_.receive_limit;
    // The last message of a phase goes out before its end, but its time is all of it.
    const bool may_end = publishes_ && (counted_ || end_ == session::never);
    if (enough || (may_end && all_reached(Stage::sent))) drain();
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
  run_phases(now() + head_start, {phase}, step_rate_ / asked_rate());
}

void Run::run_phases(session::Time begin, std::vector<Phase> phases, double rate_factor) {
  set_state(State::running, publishes_ ? "publishing" : "running");
  boundaries_.clear();
  end_ = begin;
  for (const Phase& phase : phases) {
    const bool changes = boundaries_.empty() || boundaries_.back().second != phase.measured;
    if (changes) boundaries_.emplace_back(end_, phase.measured);
    if (is_endless(phase)) {
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

void Run::next_boundary() {
  const session::Time next = boundaries_.empty() ? end_ : boundaries_.front().first;
  if (next == session::never) return timer_.cancel();
  timer_.expires_at(next);
}

void Run::timer_expired() {
  const session::Time time = now();
  switch (state_) {
    case State::connecting:
      if (time - last_progress_ >= plan_->scenario.connect_timeout) return connected();
      timer_.expires_at(last_progress_ + plan_->scenario.connect_timeout);
      return;
    case State::running:
      if (boundaries_.empty()) return drain();
      if (const auto [at, measured] = boundaries_.front(); publishes_) {
        measured ? start_measuring(at) : stop_measuring(at);
      }
      boundaries_.erase(boundaries_.begin());
      return next_boundary();
    case State::draining:
      if (time - last_progress_ >= drain_timeout()) return drained();
      crew_->cut(time);
      timer_.expires_at(time + drain_look);
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

session::Duration Run::drain_timeout() const {
  if (report_.interrupted != 0) return interrupted_drain;
  return plan_->scenario.drain_timeout;
}

void Run::start_measuring(session::Time at) {
  if (measure_from_ != session::never) return;
  measure_from_ = at;
  crew_->cut(at);
}

void Run::stop_measuring(session::Time at) {
  if (measure_from_ == session::never || measure_to_ != session::never) return;
  measure_to_ = at;
  crew_->cut(at);
}

// The phases are over, or all is sent.
void Run::drain() {
  stop_measuring(end_ == session::never ? now() : std::min(end_, now()));
  set_state(State::draining, "waiting for what is on its way");
  Order order;
  order.kind = Order::Kind::stop;
  crew_->order(order);
  order.kind = Order::Kind::drain;
  crew_->order(order);
  last_progress_ = now();
  timer_.expires_at(last_progress_ + drain_look);
}

// Nobody awaits anything any more; what is missing is lost.
void Run::drained() {
  if (search_ && report_.interrupted == 0) return step_done();
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
    report_.measured_seconds =
        std::chrono::duration<double>(std::min(measure_to_, now()) - measure_from_).count();
  }
  finish_search();
  judge(report_);
  observer_.on_done();
}

void Run::interrupt(int signal) {
  report_.interrupted = signal;
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

bool Run::all_reached(Stage stage) const {
  return std::all_of(members_.begin(), members_.end(), [stage](const MemberState& member) {
    return member.failed || member.stage >= stage;
  });
}

bool Run::everything_arrived() const {
  const Counters& account = search_ ? step_account_ : report_.account;
  for (std::size_t qos = 0; qos < account.expected.size(); ++qos) {
    if (lost_messages(account, qos) != 0) return false;
  }
  return account.requests <= account.responses + account.request_timeouts;
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
