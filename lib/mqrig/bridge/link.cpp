#include <mqrig/bridge/link.hpp>

#include <algorithm>
#include <utility>

#include <mqrig/bridge/broker_name.hpp>

namespace mqrig::bridge {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds tick_interval{1};
// A broker that refused us may have changed its mind.
constexpr std::chrono::seconds retry_interval{30};
// For DISCONNECT, of the time that a link has to stop.
constexpr std::chrono::milliseconds parting_time{500};

std::size_t index(Side side) {
  return static_cast<std::size_t>(side);
}

}  // namespace

Link::Link(asio::io_context& context, LinkSettings settings, Turn* turn, Owner& owner)
    : settings_(std::move(settings)),
      turn_(settings_.spool ? turn : nullptr),
      owner_(owner),
      tick_timer_(context, [this] { tick(); }),
      status_timer_(context, [this] { publish_status(); }),
      retry_timer_(context, [this] { retry(); }),
      grace_timer_(context, [this] { grace_ended(); }),
      stalled_(turn_ != nullptr && turn_->stalled()) {
  const std::string local = broker_name(settings_.local);
  const std::string remote = broker_name(settings_.remote);
  forwarders_[index(Side::local)] =
      std::make_unique<Forwarder>(settings_, Side::local, local, remote);
  forwarders_[index(Side::remote)] =
      std::make_unique<Forwarder>(settings_, Side::remote, remote, local);
  local_ = make_end(context, Side::local);
  remote_ = make_end(context, Side::remote);
  for (const Side side : {Side::local, Side::remote}) {
    Forwarder& forwarder = *forwarders_[index(side)];
    if (forwarder.subscriptions().empty()) continue;
    flow_from(side).emplace(settings_, forwarder, end(side), end(other(side)), turn_ != nullptr,
                            static_cast<End::Owner&>(*this));
  }
}

Link::~Link() = default;

std::unique_ptr<End> Link::make_end(asio::io_context& context, Side side) {
  const auto subscriptions = forwarders_[index(side)]->subscriptions();
  const bool local = side == Side::local;
  End::Owner& owner = *this;
  return std::make_unique<End>(context, settings_, side, turn_,
                               std::vector(subscriptions.begin(), subscriptions.end()),
                               settings_.name + (local ? "/in" : "/out"), owner);
}

void Link::expect_filters(Filters before) {
  for (const Side side : {Side::local, Side::remote}) {
    end(side).expect_filters(std::move(before[index(side)]));
  }
}

void Link::start() {
  for (const Side side : {Side::local, Side::remote}) {
    if (end(side).restore()) continue;
    client::Failure failure;
    failure.text = "the spool does not hold what belongs to the session of the " +
                   std::string(side == Side::local ? "local" : "remote") +
                   " side: RECOVERY in mqrig-spool(1) takes its messages into a new one";
    stop(std::chrono::milliseconds(0));
    return owner_.on_link_failed(*this, failure);
  }
  local_->start();
  remote_->start();
  tick_timer_.expires_at(Clock::now() + tick_interval);
  if (!settings_.status_topic.empty()) {
    status_timer_.expires_at(Clock::now() + settings_.status_interval);
  }
}

void Link::on_message(End& end, const wire::Publish& publish, std::uint64_t receipt) {
  if (stopping_ && receipt != 0) return;  // the next session gets it
  std::optional<Flow>& flow = flow_from(end.side());
  if (flow) {
    flow->receive(publish, receipt);
    update_reading(end.side());
  } else if (receipt != 0) {
    end.acknowledge(receipt, wire::ReasonCode::success);  // of a subscription that is gone
  }
}

void Link::on_done(End& end, std::uint64_t sequence, wire::ReasonCode reason,
                   std::string_view why) {
  if (auto& flow = flow_from(other(end.side()))) flow->done(sequence, reason, why);
}

void Link::on_expired(End& end, std::uint64_t sequence) {
  if (auto& flow = flow_from(other(end.side()))) flow->expired(sequence);
}

void Link::on_progress(End& end) {
  if (!flow_from(other(end.side()))) return;
  update_reading(other(end.side()));
  if (stopping_ && !busy()) leave();
}

// Acknowledgements come by the way that messages do: two ends that wait for room at each other
// would wait for ever, so that one of them reads on.
void Link::update_reading(Side side) {
  auto& flow = flow_from(side);
  const bool full = flow && flow->full() && end(other(side)).reading();
  // One that stops still waits for acknowledgements.
  const bool wanted = stopping_ ? flow_from(other(side)).has_value() : !full;
  end(side).set_reading(wanted && !stalled_);
}

bool Link::busy() const noexcept {
  return std::ranges::any_of(flows_,
                             [](const std::optional<Flow>& flow) { return flow && flow->busy(); });
}

void Link::on_stalled(bool on) {
  stalled_ = on;
  for (const Side side : {Side::local, Side::remote}) update_reading(side);
  if (stalled_ && stopping_) leave();
}

void Link::on_connected(End& end) {
  failures_[index(end.side())].clear();
  announced_.reset();  // that broker has not heard
  announce_state();
  owner_.on_link_state(*this, "connected to " + end.client().broker() + " by MQTT " +
                                  std::string(wire::name(end.client().version())));
}

void Link::on_lost(End& end, const client::Failure& failure) {
  // The attempts that follow mostly say the same.
  std::string& last = failures_[index(end.side())];
  const bool news = last != failure.text;
  last = failure.text;
  announce_state();
  if (news) owner_.on_link_state(*this, failure.text);
  if (stopping_ && !busy()) leave();
}

void Link::on_failed(End& end, const client::Failure& failure) {
  failures_[index(end.side())] = failure.text;
  announce_state();
  if (end.connects() == 0) {
    stop(std::chrono::milliseconds(0));
    return owner_.on_link_failed(*this, failure);
  }
  owner_.on_link_state(*this, failure.text);
  retry_timer_.expires_at(Clock::now() + retry_interval);
}

// One that is connected, or about to be, takes no notice.
void Link::retry() {
  for (const Side side : {Side::local, Side::remote}) {
    if (end(side).connects() != 0) end(side).retry();
  }
}

void Link::announce_state() {
  const bool up = local_->connected() && remote_->connected();
  if (std::exchange(announced_, up) != up) announce(up ? "1" : "0");
}

void Link::announce(std::string_view state) {
  if (settings_.notification_topic.empty()) return;
  if (local_->connected()) local_->announce(settings_.notification_topic, state);
  if (settings_.notify_remote && remote_->connected()) {
    remote_->announce(settings_.notification_topic, state);
  }
}

void Link::tick() {
  local_->outbox().expire();
  remote_->outbox().expire();
  if (turn_ != nullptr) {
    turn_->request();
  } else {
    for (const Side side : {Side::local, Side::remote}) update_reading(side);
  }
  tick_timer_.expires_at(Clock::now() + tick_interval);
}

void Link::publish_status() {
  status_timer_.expires_at(Clock::now() + settings_.status_interval);
  if (!local_->connected()) return;
  const LinkStatus now = status();
  const auto publish = [this](std::string_view direction, std::string_view name,
                              std::uint64_t value) {
    local_->announce(
        settings_.status_topic + '/' + std::string(direction) + '/' + std::string(name),
        std::to_string(value));
  };
  for (const auto& [direction, counters] :
       {std::pair<std::string_view, const DirectionCounters&>("out", now.out), {"in", now.in}}) {
    publish(direction, "received", counters.received);
    publish(direction, "forwarded", counters.forwarded);
    for (const DropReason& reason : drop_reasons) {
      publish(direction, reason.name, counters.*reason.count);
    }
    publish(direction, "queued", counters.queued);
    publish(direction, "queued-bytes", counters.queued_bytes);
  }
}

void Link::on_warning(std::string_view text) {
  owner_.on_link_warning(*this, text);
}

void Link::stop(std::chrono::milliseconds grace) {
  if (std::exchange(stopping_, true)) return;
  deadline_ = Clock::now() + grace;
  retry_timer_.cancel();
  for (const Side side : {Side::local, Side::remote}) update_reading(side);
  if (stalled_ || !busy()) return leave();
  grace_timer_.expires_at(deadline_ - parting_time);
}

// A broker that takes nothing any more does not keep the link: its connection is dropped.
void Link::grace_ended() {
  leaving_ ? over() : leave();
}

void Link::leave() {
  if (stalled_) return over();  // nothing would leave
  if (std::exchange(leaving_, true)) return;
  announce("0");
  grace_timer_.expires_at(std::max(deadline_, Clock::now() + parting_time));
  local_->stop();
  remote_->stop();
}

void Link::on_ended(End&) {
  if (++ended_ == 2) over();
}

void Link::over() {
  if (std::exchange(over_, true)) return;
  for (net::Timer* const timer : {&grace_timer_, &tick_timer_, &status_timer_}) timer->cancel();
  owner_.on_link_ended(*this);
}

LinkStatus Link::status() const {
  LinkStatus status;
  status.name = settings_.name;
  const auto side = [this](const End& end) {
    SideStatus one;
    one.broker = end.client().broker();
    one.connected = end.connected();
    one.connects = end.connects();
    one.last_failure = failures_[index(end.side())];
    return one;
  };
  status.local = side(*local_);
  status.remote = side(*remote_);
  if (flows_[index(Side::local)]) status.out = flows_[index(Side::local)]->counters();
  if (flows_[index(Side::remote)]) status.in = flows_[index(Side::remote)]->counters();
  return status;
}

}  // namespace mqrig::bridge
