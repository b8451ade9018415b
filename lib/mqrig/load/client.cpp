#include <mqrig/load/client.hpp>

#include <algorithm>
#include <utility>

#include <mqrig/auth/auth_exchange.hpp>
#include <mqrig/client/refusal.hpp>
#include <mqrig/load/shard.hpp>
#include <mqrig/net/error.hpp>

namespace mqrig::load {

using session::EventKind;
using wire::PropertyId;

namespace {

using namespace std::chrono_literals;

// How long a peer may take to end a connection that we have ended.
constexpr session::Duration patience = 2s;

bool counts_as_connected(Client::State state) {
  return state == Client::State::subscribing || state == Client::State::ready;
}

bool counts_as_settled(Client::State state) {
  return state == Client::State::ready || state == Client::State::gone;
}

// Of what lies between the network connection and MQTT: the code alone says too little.
bool is_of_transport(std::error_code error) {
  return error == net::Error::tls_failed || error == net::Error::web_socket_refused ||
         error == net::Error::web_socket_unauthorised || error == net::Error::web_socket_failed ||
         error == net::Error::web_socket_closed || error == net::Error::proxy_refused ||
         error == net::Error::proxy_failed;
}

bool is_under_way(Client::State state) {
  return state == Client::State::connecting || state == Client::State::handshaking;
}

}  // namespace

Client::Client(Shard& shard, const GroupPlan& group, std::uint32_t number)
    : shard_(shard), group_(&group), session_(group.session), number_(number) {
  if (group.publish || group.settings->respond) publisher_ = std::make_unique<Publisher>();
}

Client::~Client() {
  drop_connection();
}

void Client::set_state(State state) {
  Gauges& gauges = shard_.gauges();
  if (counts_as_connected(state_)) --gauges.connected;
  if (counts_as_connected(state)) ++gauges.connected;
  if (state_ == State::ready) --gauges.ready;
  if (state == State::ready) ++gauges.ready;
  const bool took_part = took_part_;
  took_part_ = took_part || state == State::ready;
  if (state == State::gone && state_ != State::gone) shard_.client_gone(took_part_);
  if (is_under_way(state) != is_under_way(state_)) shard_.under_way(is_under_way(state));
  if (counts_as_settled(state) != counts_as_settled(state_)) {
    shard_.client_settled(*group_, counts_as_settled(state), !took_part);
  }
  state_ = state;
  shard_.client_changed();
}

void Client::connect_at(session::Time time) {
  wake_at_ = time;
  shard_.wake(*this, time);
}

void Client::want_connection(session::Time intended) {
  since_ = intended;
  wake_at_ = session::never;
  set_state(State::queued);
  shard_.want_connection(*this);
}

void Client::connecting() {
  if (since_ == session::Time()) since_ = shard_.now();
  set_state(State::connecting);
  ++shard_.counters().attempts;
}

void Client::connected(std::error_code error, const std::string& detail,
                       std::unique_ptr<net::Stream> stream) {
  if (state_ != State::connecting) return;  // it left meanwhile
  if (error) {
    note_failure(ErrorKind::connect, error, detail);
    return attempt_failed(Prospect::unknown);
  }
  stream_ = std::move(stream);
  stream_->set_handler(this);
  stream_->wait_readable();
  open_session();
}

void Client::note_failure(ErrorKind kind, std::error_code error, const std::string& detail) {
  if (!is_of_transport(error) || detail.empty()) return shard_.fail(kind, error);
  shard_.fail(error == net::Error::tls_failed ? ErrorKind::tls : kind, detail);
}

void Client::open_session() {
  set_state(State::handshaking);
  const client::Options& options = shard_.plan().connection;
  const TextValues values = shard_.values(*group_, number_);
  wire::Connect connect;
  connect.version = shard_.version_of(*group_);
  connect.clean_start = group_->clean_start;
  connect.keep_alive = group_->keep_alive;
  connect.client_id = values.id;
  if (group_->user_name) {
    connect.user_name = values.user;
  } else {
    connect.user_name = options.user_name;
  }
  if (group_->settings->will && options.will) {
    const client::WillMessage& will = *options.will;
    connect.will = wire::Will{.topic = will.topic,
                              .payload = wire::as_bytes(will.payload),
                              .qos = will.qos,
                              .retain = will.retain,
                              .properties = will.properties.view()};
  }
  wire::PropertyWriter& properties = shard_.properties();
  properties.clear();
  if (group_->session_expiry != 0) {
    properties.add(PropertyId::session_expiry_interval, group_->session_expiry);
  }
  for (const wire::Property& property : options.connect_properties.view()) properties.add(property);
  add_login(connect, properties);
  connect.properties = properties.view();
  session_.open(connect, shard_.now(), out_);
  flush();
  if (stream_) schedule_look();  // CONNACK may never come
}

// Before 5.0 some brokers refuse by closing without a word.
bool Client::fall_back() {
  if (!shard_.fall_back(*group_, session_.version())) return false;
  drop_connection();
  set_state(State::idle);
  want_connection(since_);
  return true;
}

void Client::attempt_failed(Prospect prospect) {
  shard_.attempt_failed(prospect != Prospect::good);
  drop_connection();
  set_state(State::idle);
  if (prospect == Prospect::none || !comes_again()) return give_up();
  connect_again(next_delay());
}

void Client::lost(ErrorKind kind, std::error_code error) {
  note_failure(kind, error, stream_ ? stream_->failure() : std::string());
  if (!standing()) return attempt_failed(Prospect::unknown);
  ++shard_.counters().lost;
  ended();
}

void Client::lost(ErrorKind kind, wire::ReasonCode reason) {
  shard_.fail(kind, reason);
  // A reason of ours, about what the broker did, may not come again.
  const bool for_good =
      kind == ErrorKind::disconnect && client::is_permanent(reason) && !shard_.renews_credentials();
  if (!standing()) return attempt_failed(for_good ? Prospect::none : Prospect::unknown);
  ++shard_.counters().lost;
  if (for_good) for_good_ = true;
  ended();
}

// A connection that stood has ended, wished for or not.
void Client::ended() {
  const bool wished_for = state_ == State::leaving;
  drop_connection();
  set_state(State::idle);
  if (for_good_ || !shard_.coming_again() || (!wished_for && !comes_again())) return give_up();
  connect_again(wished_for ? session::Duration() : next_delay());
}

void Client::drop_connection() {
  unlink();
  if (stream_) {
    stream_->set_handler(nullptr);
    stream_->close();
    stream_.reset();
  }
  session_.close();
  exchange_.reset();
  count_unsent();
  out_.release();
  rest_.release();
  wanted_ = written_ = 0;
  if (waiting_to_write_) shard_.unwritten(false);
  waiting_to_write_ = shut_down_ = false;
}

// The broker will know nothing of what is in flight: a message that was sent anew could arrive
// twice, for which it is not to blame.
void Client::forget_session() {
  // Whose acknowledgement it waits for does not come any more.
  if (publisher_ && publisher_->think_until == session::never) publisher_->think_until = {};
  const std::uint64_t pending = session_.pending();
  if (pending != 0) {
    shard_.counters().unconfirmed += pending;
    shard_.gauges().in_flight -= pending;
    if (publisher_ && group_->publish) {
      const FanOut& fan_out = group_->publish->fan_out_of(number_);
      shard_.counters().unconfirmed_deliveries +=
          pending * (std::uint64_t{fan_out[0]} + fan_out[1] + fan_out[2]);
    }
  }
  std::destroy_at(&session_);
  std::construct_at(&session_, group_->session);
  subscribed_ = false;
}

void Client::connect_again(session::Duration delay) {
  if (group_->clean_start) forget_session();
  connect_at(shard_.now() + delay);
}

// After a failure.
bool Client::comes_again() const {
  return shard_.coming_again() && shard_.plan().connection.reconnect;
}

// From half of the delay to all of it.
session::Duration Client::next_delay() {
  using std::chrono::microseconds;
  const client::Options& options = shard_.plan().connection;
  const microseconds most =
      std::min(options.reconnect_max_delay,
               options.reconnect_delay * (1U << std::min<unsigned>(failures_, 20)));
  if (failures_ < 255) ++failures_;
  const auto half = static_cast<std::uint64_t>(most.count()) / 2;
  const std::uint64_t bound = std::clamp<std::uint64_t>(half, 1, UINT32_MAX);
  return microseconds(half + shard_.random().below(bound));
}

void Client::handle(const session::Event& event) {
  switch (event.kind) {
    case EventKind::message:
      return received(event.publish);
    case EventKind::published:
      return published(event);
    case EventKind::connected:
      return server_proved(event) ? accepted(event.session_present) : void();
    case EventKind::auth:
      return answer_auth(event);
    case EventKind::subscribed:
      return subscribed(event);
    case EventKind::refused:
      if (event.reason == wire::ReasonCode::unsupported_protocol_version && fall_back()) return;
      shard_.fail(ErrorKind::connack, event.reason);
      // A broker that is busy has answered, and may take it next time.
      return attempt_failed(client::is_permanent(event.reason) ? Prospect::none : Prospect::good);
    case EventKind::disconnected:
      return lost(ErrorKind::disconnect, event.reason);
    case EventKind::fault:
      flush();  // what the session has to say about it
      if (stream_) lost(ErrorKind::protocol, event.reason);
      return;
    case EventKind::timed_out:
      return lost(ErrorKind::timeout, event.reason);
    default:
      return;
  }
}

void Client::accepted(bool session_present) {
  Counters& counters = shard_.counters();
  ++counters.connected;
  shard_.connected_once();
  if (session_present) ++counters.resumed;
  failures_ = 0;
  shard_.record(Metric::connect, shard_.now() - since_);
  set_state(State::subscribing);
  if (!session_present) subscribed_ = false;
  if (group_->subscribe.empty() && !(group_->publish && group_->publish->response_topic)) {
    return become_ready();
  }
  if (subscribed_) return become_ready();
  subscribe();
}

void Client::become_ready() {
  set_state(State::ready);
  if (const auto lifetime = group_->settings->lifetime; lifetime.count() != 0) {
    wake_at_ = shard_.now() + lifetime;
    shard_.wake(*this, wake_at_);
  }
  if (publisher_) shard_.want_pump(*this);
}

void Client::woken(session::Time time) {
  if (time == wake_at_) {
    wake_at_ = session::never;
    if (state_ == State::idle) {
      want_connection(time);
    } else if (ready() && shard_.may_part()) {
      leave(group_->settings->leave, false);
    }
  }
  if (publisher_ && time == publisher_->think_until) shard_.want_pump(*this);
}

void Client::schedule_look() {
  shard_.schedule_look(*this, state_ == State::leaving ? since_ + patience : session_.deadline());
}

void Client::look() {
  if (state_ == State::leaving) {
    if (shard_.now() >= since_ + patience) return ended();
    return schedule_look();
  }
  // A generator that was late itself has not read what the broker said in time.
  if (session_.deadline() <= shard_.now()) {
    while (stream_ && read_once()) {
    }
  }
  session::Event event;
  while (stream_ && session_.timeout(shard_.now(), event, out_)) handle(event);
  if (stream_) flush();
  if (stream_) schedule_look();
}

void Client::leave(Leave how, bool for_good) {
  for_good_ = for_good_ || for_good;
  wake_at_ = session::never;
  switch (state_) {
    case State::subscribing:
    case State::ready:
      break;
    case State::leaving:
      return;
    case State::gone:
      return;
    default:
      drop_connection();
      set_state(State::idle);
      return for_good_ ? give_up() : connect_again({});
  }
  ++shard_.counters().left;
  since_ = shard_.now();
  set_state(State::leaving);
  if (how == Leave::unclean) return ended();
  session_.disconnect(wire::ReasonCode::success, {}, out_);
  flush();
  if (stream_) schedule_look();
}

void Client::give_up() {
  drop_connection();
  forget_session();
  if (publisher_) {
    stop_publishing();
    shard_.counters().unsent += publisher_->responses.size();
    publisher_->responses.clear();
    give_up_requests();
  }
  wake_at_ = session::never;
  set_state(State::gone);
}

}  // namespace mqrig::load
