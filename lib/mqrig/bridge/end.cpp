#include <mqrig/bridge/end.hpp>

#include <algorithm>
#include <utility>

namespace mqrig::bridge {

using wire::ReasonCode;

namespace {

constexpr std::uint32_t never_expires = 0xFFFF'FFFF;

// The session outlives the process: what a broker has for the bridge waits there. Only a session
// that nothing is read from begins anew when nothing is known of it.
client::Options client_options(const LinkSettings& link, Side side, bool stored, bool clean_start) {
  const SideSettings& settings = side == Side::local ? link.local : link.remote;
  client::Options options = settings.client;
  options.keep_trying = options.reconnect = true;
  options.drop_exceeded_maximum = true;  // mosquitto sends up to twice of it
  options.flush_by_owner = stored;
  options.clean_start = clean_start;
  options.keep_session = true;
  if (!options.session_expiry) options.session_expiry = never_expires;
  options.bridge = link.loop_prevention;
  options.exchange.window = link.window;
  options.exchange.ack_mode = session::AckMode::manual;
  options.exchange.assign_topic_aliases = true;
  if (!link.notification_topic.empty() && (side == Side::local || link.notify_remote)) {
    client::WillMessage& will = options.will.emplace();
    will.topic = link.notification_topic;
    will.payload = "0";
    will.retain = true;
  }
  return options;
}

// A spool that can't be read is noticed by restore().
std::optional<std::string> stored(store::Spool& spool, const std::string& name) {
  std::error_code error;
  return spool.state(name, error);
}

std::string text_of(const std::vector<wire::Subscription>& subscriptions) {
  std::string text;
  for (const wire::Subscription& subscription : subscriptions) {
    text += subscription.filter;
    text += ' ';
    text += static_cast<char>('0' + static_cast<int>(subscription.qos));
    text += '\n';
  }
  return text;
}

// Filters of an earlier text_of() that are not among the subscriptions of now.
std::vector<std::string_view> filters_gone(std::string_view text,
                                           const std::vector<wire::Subscription>& now) {
  std::vector<std::string_view> gone;
  for (std::size_t end = text.find('\n'); end != text.npos && end > 2; end = text.find('\n')) {
    const std::string_view filter = text.substr(0, end - 2);
    const bool wanted = std::ranges::any_of(
        now, [&](const wire::Subscription& subscription) { return subscription.filter == filter; });
    if (!wanted) gone.push_back(filter);
    text.remove_prefix(end + 1);
  }
  return gone;
}

}  // namespace

End::End(asio::io_context& context, const LinkSettings& link, Side side, Turn* turn,
         std::vector<wire::Subscription> subscriptions, const std::string& queue, Owner& owner)
    : side_(side),
      turn_(turn),
      subscriptions_(std::move(subscriptions)),
      filters_state_(queue + ".subscriptions"),
      filters_(text_of(subscriptions_)),
      granted_(subscriptions_.size()),
      window_(link.window),
      fresh_(turn == nullptr || !stored(turn->spool(), queue + ".session")),
      owner_(owner),
      client_(context,
              client_options(link, side, turn != nullptr, fresh_ && subscriptions_.empty()),
              *this) {
  client::Outbox::Settings settings;
  settings.rate = link.rate;
  settings.age = link.limits.age;
  client::Outbox::Owner& outbox_owner = *this;
  if (turn_ == nullptr) {
    outbox_ = std::make_unique<client::Outbox>(context, client_, outbox_owner, settings);
    return;
  }
  store::Spool& spool = turn_->spool();
  outbox_ = std::make_unique<client::Outbox>(context, spool, spool.queue(queue), queue + ".session",
                                             client_, outbox_owner, settings);
  turn_->add(*this);
}

End::~End() {
  if (turn_ != nullptr) turn_->remove(*this);
}

bool End::restore() {
  return turn_ == nullptr || !outbox_->restore();
}

void End::start() {
  client_.start();
}

void End::stop() {
  client_.disconnect();
}

std::optional<std::string> End::taken_filters() const {
  return turn_ != nullptr ? stored(turn_->spool(), filters_state_) : taken_;
}

// Those that the broker has not answered for may be there, too.
std::string End::filters() const {
  const std::string taken = taken_filters().value_or("");
  return !subscribed_ || taken == filters_ ? taken : taken + filters_;
}

void End::subscribe(bool session_present) {
  const std::optional<std::string> before = taken_filters();
  if (!session_present) {
    granted_.assign(granted_.size(), false);
    taken_.reset();
    if (turn_ != nullptr) turn_->spool().remove_state(filters_state_);
  }
  if (std::exchange(subscribed_, true)) return;
  took_unknown_session_ = session_present && !before;
  // Below 5.0 each SUBSCRIBE brings the retained messages again.
  const bool known = session_present && before == filters_;
  if (known && client_.version() != wire::Version::mqtt_5) {
    subscribed_ = false;
    return;
  }
  if (before && session_present) {
    const std::vector<std::string_view> gone = filters_gone(*before, subscriptions_);
    unsubscribing_ = !gone.empty();
    if (unsubscribing_) client_.unsubscribe(gone, {}, 0);
  }
  send_subscriptions();
}

void End::send_subscriptions() {
  const bool identified = client_.version() == wire::Version::mqtt_5 &&
                          client_.broker_limits().subscription_identifier_available &&
                          subscriptions_.size() > 1;
  for (std::size_t index = 0; index < subscriptions_.size(); ++index) {
    wire::PropertyWriter properties;
    if (identified) {
      properties.add(wire::PropertyId::subscription_identifier,
                     static_cast<std::uint32_t>(index + 1));
    }
    const std::error_code error =
        client_.subscribe({&subscriptions_[index], 1}, properties.view(), index);
    if (error) {
      owner_.on_warning("can't subscribe to " + std::string(subscriptions_[index].filter) + ": " +
                        error.message());
    }
  }
}

// Not before the broker has answered: a process that is killed earlier leaves a session without
// them.
void End::remember_subscriptions() {
  if (unsubscribing_) return;
  if (std::find(granted_.begin(), granted_.end(), false) != granted_.end()) return;
  if (turn_ == nullptr) {
    taken_ = filters_;
    return;
  }
  turn_->spool().put_state(filters_state_, wire::as_bytes(filters_));
  touch();
}

void End::on_connected(bool session_present, wire::Properties) {
  // No packet identifier of a process that was killed may stand in the way of a message of QoS 2.
  if (++connects_ == 1 && session_present && fresh_) client_.release_unknown(window_);
  subscribe(session_present);
  touch();
  owner_.on_connected(*this);
}

void End::on_message(const wire::Publish& publish, std::uint64_t receipt) {
  touch();
  owner_.on_message(*this, publish, receipt);
}

void End::on_published(std::uint64_t token, ReasonCode reason, wire::Properties properties) {
  touch();
  outbox_->on_published(token, reason, properties);
  owner_.on_progress(*this);
}

void End::on_subscribed(std::uint64_t token, wire::ByteView reasons, wire::Properties) {
  const auto reason = static_cast<ReasonCode>(reasons.empty() ? 0 : reasons[0]);
  if (token >= subscriptions_.size()) return;
  if (!wire::is_error(reason)) {
    granted_[token] = true;
    return remember_subscriptions();
  }
  owner_.on_warning(client_.broker() + " refused the subscription to " +
                    std::string(subscriptions_[token].filter) + ": " +
                    std::string(wire::name(reason, wire::PacketType::suback)));
}

void End::on_unsubscribed(std::uint64_t, wire::ByteView, wire::Properties) {
  unsubscribing_ = false;
  remember_subscriptions();
}

void End::on_ready() {
  pump();
}

void End::pump() {
  if (outbox_->waiting() != 0) {
    const std::error_code error = outbox_->pump();
    if (error && !std::exchange(warned_unread_, true)) {
      owner_.on_warning("can't read the spool: " + error.message());
    }
  }
  owner_.on_progress(*this);
}

void End::on_output() {
  output_waits_ = true;
  touch();
}

void End::touch() {
  if (turn_ == nullptr) return;
  touched_ = true;
  turn_->request();
}

void End::on_connection_lost(const client::Failure& failure, std::chrono::milliseconds) {
  owner_.on_lost(*this, failure);
}

void End::on_failed(const client::Failure& failure) {
  owner_.on_failed(*this, failure);
}

void End::on_disconnected() {
  owner_.on_ended(*this);
}

void End::on_delivered(std::uint64_t sequence) {
  owner_.on_done(*this, sequence, ReasonCode::success, {});
}

void End::on_refused(std::uint64_t sequence, ReasonCode reason, std::string_view why) {
  owner_.on_done(*this, sequence, reason, why);
}

void End::on_expired(std::uint64_t sequence) {
  owner_.on_expired(*this, sequence);
}

void End::save() {
  if (touched_) outbox_->save();
}

void End::committed() {
  output_waits_ = false;
  client_.flush();
  if (outbox_->waiting() != 0) {
    pump();
  } else {
    owner_.on_progress(*this);
  }
}

void End::stalled(bool on) {
  owner_.on_stalled(on);
}

std::uint64_t End::put(const store::SpooledMessage& message) {
  touch();
  return outbox_->put(message);
}

void End::acknowledge(std::uint64_t receipt, ReasonCode reason) {
  touch();
  client_.acknowledge(receipt, reason);
}

void End::announce(std::string_view topic, std::string_view payload) {
  client_.publish({.topic = topic,
                   .payload = wire::as_bytes(payload),
                   .qos = wire::QoS::at_most_once,
                   .retain = true,
                   .properties = {}});
}

void End::set_reading(bool on) {
  if (std::exchange(reading_, on) == on) return;
  on ? client_.resume_reading() : client_.pause_reading();
}

}  // namespace mqrig::bridge
