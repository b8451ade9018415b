#include <mqrig/load/shard.hpp>

#include <sys/resource.h>

#include <algorithm>

namespace mqrig::load {
namespace {

double thread_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The same in every process, so that all agree on whose a shared group is.
std::uint32_t hash_of(std::string_view text) noexcept {
  std::uint32_t hash = 2'166'136'261;
  for (const char letter : text) hash = (hash ^ static_cast<std::uint8_t>(letter)) * 16'777'619U;
  return hash;
}

}  // namespace

Shard::Shard(asio::io_context& context, std::shared_ptr<const Plan> plan, std::uint32_t number,
             std::function<void()> stage_reached)
    : context_(context),
      plan_(std::move(plan)),
      stage_reached_(std::move(stage_reached)),
      now_(std::chrono::steady_clock::now()),
      cpu_seconds_(thread_cpu_seconds()),
      turn_(context, [this] { turn(); }),
      timer_(context, [this] { timer_expired(); }),
      renewal_(context, [this] { ask_credentials(); }),
      renewing_(context, [this] { renew_some(); }),
      codec_(plan_->codec),
      codec_known_(plan_->publishes()),
      random_(plan_->settings.run + number) {
  sample_.start = now_;
  groups_.resize(plan_->groups.size());
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    groups_[i].plan = &plan_->groups[i];
    make_clients(groups_[i], number);
  }
  gauges_.clients = clients_.size();
  if (plan_->connection.make_credentials) source_ = plan_->connection.make_credentials(context);
}

Shard::~Shard() = default;

void Shard::make_clients(GroupState& group, std::uint32_t number) {
  const GroupPlan& plan = *group.plan;
  for (std::uint32_t client = 0; client < plan.settings->clients; ++client) {
    if (!is_ours(plan, client, number)) continue;
    group.clients.push_back(&clients_.emplace_back(*this, plan, client));
  }
  if (!plan.publish) return;
  const PublishSettings& settings = *plan.settings->publish;
  group.payloads = std::make_unique<PayloadSource>(plan.publish->payload);
  if (plan.open_loop()) {
    group.open_loop =
        std::make_unique<OpenLoop>(group.clients, plan.settings->clients, settings.count);
  }
  for (Client* client : group.clients) make_publisher(*client, group);
}

bool Shard::is_ours(const GroupPlan& group, std::uint32_t client, std::uint32_t number) {
  const RunSettings& run = plan_->settings;
  const auto dealt_to_us = [&](std::uint32_t card) {
    return card % run.machines == run.machine && card / run.machines % run.members == number;
  };
  if (!group.shared()) return dealt_to_us(client);
  // A shared group is whole within one shard, which can tell duplicates then.
  text_.clear();
  const SubscribePlan& subscription = group.subscribe.front();
  subscription.share->append(text_, subscription.values(values(group, client)));
  return dealt_to_us(hash_of(text_));
}

void Shard::make_publisher(Client& client, GroupState& group) {
  const GroupPlan& plan = *group.plan;
  const PublishSettings& settings = *plan.settings->publish;
  Publisher& publisher = *client.publisher();
  const TextValues texts = values(plan, client.number());
  if (!plan.publish->topic.depends_on_message()) plan.publish->topic.append(publisher.topic, texts);
  if (plan.publish->response_topic) {
    plan.publish->response_topic->append(publisher.response_topic, texts);
  }
  publisher.open_loop = group.open_loop.get();
  if (settings.count == 0) return;
  const std::uint64_t clients = plan.settings->clients;
  publisher.quota = settings.count / clients + (client.number() < settings.count % clients ? 1 : 0);
}

void Shard::order(const Order& order) {
  read_clock();
  switch (order.kind) {
    case Order::Kind::connect:
      connect_all(order.at);
      break;
    case Order::Kind::publish:
      publish(order);
      break;
    case Order::Kind::stop:
      stop();
      break;
    case Order::Kind::drain:
      if (stage_ < Stage::draining) set_stage(Stage::draining);
      break;
    case Order::Kind::leave:
      leave_all();
      break;
  }
  changed_ = true;
  turn_.request();
}

void Shard::connect_all(session::Time at) {
  set_stage(Stage::connecting);
  if (source_) ask_credentials();
  const session::Time begin = at == session::Time() ? now_ : std::max(at, now_);
  for (GroupState& group : groups_) {
    const Nanoseconds ramp = group.plan->settings->ramp;
    const auto clients = static_cast<double>(group.plan->settings->clients);
    for (Client* client : group.clients) {
      if (ramp.count() == 0 && begin == now_) {
        client->want_connection();
      } else {
        client->connect_at(begin + std::chrono::duration_cast<session::Duration>(
                                       ramp * (client->number() / clients)));
      }
    }
  }
}

void Shard::publish(const Order& order) {
  if (stage_ >= Stage::leaving) return;
  set_stage(Stage::publishing);
  phases_ = order.phases;
  phases_begin_ = order.at;
  update_gate();
  for (GroupState& group : groups_) {
    if (!group.plan->publish) continue;
    if (group.open_loop) {
      group.open_loop->begin(Schedule(order.at, order.phases,
                                      group.plan->settings->publish->rate * order.rate_factor));
    } else {
      for (Client* client : group.clients)
        client->publisher()->allowed = client->publisher()->quota;
    }
    for (Client* client : group.clients) want_pump(*client);
  }
}

// What is due is sent, where that is possible at once, and else counts as unsent; what was sent is
// awaited.
void Shard::stop() {
  publish_due();
  pump_waiting();
  gate_open_ = false;
  next_gate_ = session::never;
  for (GroupState& group : groups_) {
    if (!group.plan->publish) continue;
    if (group.open_loop) group.open_loop->end();
    for (Client* client : group.clients) client->stop_publishing();
  }
  if (stage_ < Stage::sent) set_stage(Stage::sent);
}

void Shard::leave_all() {
  stop();
  set_stage(Stage::leaving);
  to_connect_.clear();
  for (Client& client : clients_) client.leave(client.group().settings->leave, true);
}

void Shard::set_stage(Stage stage) {
  stage_ = stage;
  stage_reached_();
}

// Has the next stage been reached?
void Shard::review() {
  for (GroupState& group : groups_) plan_storm(group);
  // Some may have left again by now.
  if (stage_ == Stage::connecting && settled_ == gauges_.clients) set_stage(Stage::connected);
  if (stage_ == Stage::publishing && everything_sent()) set_stage(Stage::sent);
  if (stage_ == Stage::draining && drained()) set_stage(Stage::drained);
  if (stage_ == Stage::leaving && gone_ == gauges_.clients) set_stage(Stage::done);
}

bool Shard::everything_sent() const {
  bool publishes = false;
  for (const GroupState& group : groups_) {
    if (!group.plan->publish) continue;
    publishes = true;
    if (group.open_loop) {
      if (group.open_loop->next_due() != session::never || gauges_.backlog != 0) return false;
      continue;
    }
    if (group.plan->settings->publish->count == 0) return false;
    for (Client* client : group.clients) {
      const bool gone = client->state() == Client::State::gone;
      if (client->publisher()->wants_to_publish() && !gone) return false;
    }
  }
  return publishes;
}

bool Shard::drained() const {
  return gauges_.in_flight == 0 && gauges_.backlog == 0 && unwritten_ == 0;
}

Sample Shard::take_sample(session::Time end) {
  Sample taken = std::move(sample_);
  sample_ = Sample();
  sample_.start = end;
  taken.end = end;
  taken.stage = stage_;
  taken.gauges = gauges_;
  const double cpu = thread_cpu_seconds();
  taken.cpu_seconds = cpu - std::exchange(cpu_seconds_, cpu);
  return taken;
}

void Shard::record(Metric metric, session::Duration time) {
  load::record(sample_.histograms, metric,
               static_cast<std::uint64_t>(std::max<session::Duration::rep>(time.count(), 0)));
}

void Shard::fail(ErrorKind kind, std::error_code error) {
  sample_.errors.add(kind, error);
  ++sample_.counters.errors;
}

void Shard::fail(ErrorKind kind, wire::ReasonCode reason) {
  sample_.errors.add(kind, reason);
  ++sample_.counters.errors;
}

void Shard::fail(ErrorKind kind, std::string_view cause) {
  sample_.errors.add(kind, cause);
  ++sample_.counters.errors;
}

void Shard::client_settled(const GroupPlan& group, bool begins, bool first) noexcept {
  GroupState& state = state_of(group);
  begins ? ++state.settled : --state.settled;
  if (first) ++settled_;
}

PayloadSource& Shard::payloads(const GroupPlan& group) {
  return *state_of(group).payloads;
}

void Shard::learn_run(wire::ByteView payload) {
  const StampCodec codec(StampCodec::run_of(payload));
  Stamp stamp;
  const auto verdict = codec.read(payload, wall(now_), true, stamp);
  if (verdict != StampCodec::Verdict::ours) return;  // nobody's stamp: a retained text, say
  codec_ = codec;
  codec_known_ = true;
}

TrackerTable& Shard::shared_trackers(const GroupPlan& group, std::uint32_t client) {
  std::string name;
  const SubscribePlan& subscription = group.subscribe.front();
  const TextValues texts = subscription.values(values(group, client));
  subscription.share->append(name, texts);
  name += '/';
  subscription.filter.append(name, texts);
  return shared_trackers_[std::move(name)];
}

// A client's id and user name are not made anew for each of its messages.
TextValues Shard::values(const GroupPlan& group, std::uint32_t client) {
  if (values_group_ != &group || values_client_ != client) {
    values_group_ = &group;
    values_client_ = client;
    return plan_->values(group, client, random_, client_id_, user_name_);
  }
  TextValues values{random_};
  values.client = client;
  values.run = plan_->settings.run;
  values.shard = plan_->settings.machine;
  values.group = group.settings->name;
  values.id = client_id_;
  if (group.user_name) {
    values.user = user_name_;
  } else if (plan_->connection.user_name) {
    values.user = *plan_->connection.user_name;
  }
  return values;
}

wire::Version Shard::version_of(const GroupPlan& group) const noexcept {
  if (group.version) return *group.version;
  return fallen_back_ ? wire::Version::mqtt_3_1_1 : wire::Version::mqtt_5;
}

// Only where nobody has said which version, and 5.0 has never worked. Clients that asked for it
// before it was found out may hear so after others have connected.
bool Shard::fall_back(const GroupPlan& group, wire::Version refused) noexcept {
  const bool worked = ever_connected_ && !fallen_back_;
  if (group.version || refused != wire::Version::mqtt_5 || worked) return false;
  fallen_back_ = true;
  return true;
}

}  // namespace mqrig::load
