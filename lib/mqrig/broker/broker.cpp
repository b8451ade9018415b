#include <mqrig/broker/broker.hpp>

#include <algorithm>
#include <utility>

#include <asio/io_context.hpp>

#include <mqrig/auth/password_file.hpp>
#include <mqrig/broker/acl.hpp>
#include <mqrig/broker/broker_impl.hpp>

namespace mqrig::broker {

using session::EventKind;
using wire::ReasonCode;

namespace {

constexpr session::Duration stop_patience = std::chrono::seconds(3);

session::ServerSettings protocol_of(const Limits& limits) {
  session::ServerSettings settings;
  settings.connect_timeout = limits.connect_timeout;
  settings.maximum_packet_size = limits.packet_size;
  settings.receive_maximum = limits.receive_maximum;
  settings.topic_alias_maximum = limits.topic_aliases;
  return settings;
}

session::ExchangeSettings exchange_of(const Settings& all) {
  const Limits& limits = all.limits;
  session::ExchangeSettings settings;
  settings.window = settings.legacy_qos_2_window = limits.inflight;
  settings.ack_mode = session::AckMode::manual;
  // Faults lose and reorder messages, and with them what an alias means.
  const bool faults = all.faults.any() || all.fault_control;
  settings.assign_topic_aliases = limits.topic_aliases != 0 && !faults;
  return settings;
}

}  // namespace

Broker::Impl::Impl(asio::io_context& context, Settings settings, Observer& observer)
    : context_(context),
      settings_(std::move(settings)),
      observer_(observer),
      protocol_(protocol_of(settings_.limits)),
      exchange_(exchange_of(settings_)),
      groups_(tree_),
      dispatcher_(settings_.limits, statistics_, journal_, retained_),
      router_(tree_, dispatcher_),
      self_(std::make_shared<Impl*>(this)),
      turn_end_(context, [this] { end_turn(); }),
      tick_timer_(context, [this] { tick(); }) {
  protocol_.counts = &packet_counts_;
  set_faults(settings_.faults);
  if (settings_.sys_interval.count() != 0) {
    sys_due_ = std::chrono::steady_clock::now();
    tick_timer_.expires_at(sys_due_);
    ticking_ = true;
  }
}

// Without the calls that closing makes: nobody is left to be told.
Broker::Impl::~Impl() {
  self_.reset();
  for (const auto& connection : connections_) {
    if (connection->session != nullptr) connection->session->connection = nullptr;
  }
  registry_.for_each([&](Session& session) {
    dispatcher_.discard(session);
    tree_.erase_all(session);
    groups_.leave_all(session);
  });
}

std::error_code Broker::Impl::listen(const net::ListenAddress& address, std::string& detail) {
  auto listener = std::make_unique<net::Listener>(context_);
  const std::error_code error = listener->start(
      address, [this](std::unique_ptr<net::Stream> stream) { attach(std::move(stream)); }, detail);
  if (!error) listeners_.push_back(std::move(listener));
  return error;
}

std::vector<std::string> Broker::Impl::urls() const {
  std::vector<std::string> urls;
  for (const auto& listener : listeners_) urls.push_back(listener->url());
  return urls;
}

void Broker::Impl::attach(std::unique_ptr<net::Stream> stream) {
  begin_turn();
  ++statistics_.sockets;
  const std::uint32_t most = settings_.limits.connections;
  // A few more are let in, to be told in CONNACK; a flood is not.
  constexpr std::uint32_t told = 100;
  if (stop_at_ != session::never || (most != 0 && connections_.size() >= most + told)) {
    ++statistics_.refused;
    return;
  }
  Connection::Owner& owner = *this;
  auto connection = std::make_unique<Connection>(owner, std::move(stream), protocol_,
                                                 settings_.limits.output_bytes, settings_.trace);
  connection->index = static_cast<std::uint32_t>(connections_.size());
  if (faults_) connection->make_faults(*faults_, statistics_.made, context_);
  connections_.push_back(std::move(connection));
  Connection& added = *connections_.back();
  added.start();
  wheel_.schedule(added, added.deadline(), now_);
}

void Broker::Impl::set_passwords(std::shared_ptr<const auth::PasswordFile> passwords) {
  passwords_ = std::move(passwords);
  drop_exchanges();
  if (!passwords_) {
    verifier_.reset();  // which drops what it was to check
    throttle_ = {};
    for (const auto& [login, connection] : std::map(logins_.begin(), logins_.end())) {
      start_login(login);
    }
    return;
  }
  if (verifier_) return verifier_->replace(passwords_);
  verifier_ = std::make_unique<auth::PasswordVerifier>(passwords_);
}

void Broker::Impl::set_acl(std::shared_ptr<const Acl> acl) {
  acl_ = std::move(acl);
  registry_.for_each([&](Session& session) {
    session.permissions = permissions_of(session.user_name.get(), session.client_id);
  });
}

void Broker::Impl::stop(std::function<void(bool saved)> stopped) {
  const session::Time now = begin_turn();
  for (const auto& listener : listeners_) listener->close();
  stopped_ = std::move(stopped);
  stop_at_ = now + stop_patience;
  std::vector<Connection*> open;
  for (const auto& connection : connections_) open.push_back(connection.get());
  // Wills first, while those are there whom they are for [MQTT-3.1.2-8].
  for (Connection* connection : open) {
    Session* session = connection->session;
    if (session == nullptr || !session->will) continue;
    if (std::min(session->will->delay, session->expiry) == 0) publish_will(*session);
  }
  logins_.clear();
  for (Connection* connection : open) {
    connection->disconnect(ReasonCode::server_shutting_down);
    detach(*connection, true);
  }
}

void Broker::Impl::finish_stop() {
  tick_timer_.cancel();
  sys_due_ = session::never;
  // It may destroy the broker.
  const std::function<void(bool saved)> stopped = std::exchange(stopped_, nullptr);
  stopped(!stalled_);
}

void Broker::Impl::on_event(Connection& connection, session::ServerEvent& event) {
  // The packet was received, and its answer gets lost: were it not dealt with, session and protocol
  // would not agree any more about what is in flight.
  const bool cut = faults_ && faults_->happens(faults_->settings().drop_connection);
  handle(connection, event);
  if (!cut || connection.closed()) return;
  ++statistics_.made.drop_connection;
  connection.close();
}

void Broker::Impl::handle(Connection& connection, session::ServerEvent& event) {
  switch (event.kind) {
    case EventKind::message:
      return on_message(connection, event);
    case EventKind::published:
      return dispatcher_.completed(*connection.session, event.token);
    case EventKind::taken_over:
      return dispatcher_.taken_over(*connection.session, event.token);
    case EventKind::released:
      return journal_.released(*connection.session, event.packet_id);
    case EventKind::connect:
      return on_connect(connection, event.connect);
    case EventKind::auth:
      return on_auth(connection, event);
    case EventKind::subscribe:
      return on_subscribe(connection, event);
    case EventKind::unsubscribe:
      return on_unsubscribe(connection, event);
    default:
      return on_end(connection, event);
  }
}

// The client took leave, broke the protocol, or fell silent.
void Broker::Impl::on_end(Connection& connection, const session::ServerEvent& event) {
  bool will_is_due = true;
  if (event.kind == EventKind::disconnected) {
    will_is_due = event.reason != ReasonCode::success;  // [MQTT-3.1.2-8]
    const auto expiry = event.properties.integer(wire::PropertyId::session_expiry_interval);
    if (expiry && connection.session != nullptr) {
      connection.session->expiry = std::min(*expiry, settings_.limits.session_expiry);
    }
    activity(connection, "takes leave");
  } else {
    ++statistics_.faults;
    activity(connection, event.detail);
  }
  connection.finish();
  detach(connection, will_is_due);
}

void Broker::Impl::on_packet(Connection& connection, Direction direction, wire::ByteView packet) {
  observer_.on_packet(name_of(connection), direction, connection.protocol().version(), packet);
}

std::string Broker::Impl::name_of(const Connection& connection) const {
  return connection.session != nullptr ? connection.session->client_id : connection.peer();
}

void Broker::Impl::activity(const Connection& connection, std::string_view what) {
  if (!settings_.verbose) return;
  std::string text = name_of(connection);
  if (connection.session != nullptr) text += " (" + connection.peer() + ")";
  text += ' ';
  text += what;
  // Identifiers and topics may be 65,535 bytes long, and who reads the log may be slow.
  constexpr std::size_t longest = 1'000;
  if (text.size() > longest) text.replace(longest, std::string::npos, "...");
  observer_.on_activity(text);
}

Broker::Broker(asio::io_context& context, Settings settings, Observer& observer)
    : impl_(std::make_unique<Impl>(context, std::move(settings), observer)) {}

Broker::~Broker() = default;

std::error_code Broker::set_store(std::unique_ptr<store::BrokerStore> store) {
  return impl_->set_store(std::move(store));
}
void Broker::set_passwords(std::shared_ptr<const auth::PasswordFile> passwords) {
  impl_->set_passwords(std::move(passwords));
}
void Broker::set_acl(std::shared_ptr<const Acl> acl) {
  impl_->set_acl(std::move(acl));
}
std::error_code Broker::listen(const net::ListenAddress& address, std::string& detail) {
  return impl_->listen(address, detail);
}
std::vector<std::string> Broker::urls() const {
  return impl_->urls();
}
void Broker::attach(std::unique_ptr<net::Stream> stream) {
  impl_->attach(std::move(stream));
}
void Broker::stop(std::function<void(bool saved)> stopped) {
  impl_->stop(std::move(stopped));
}
const Statistics& Broker::statistics() const noexcept {
  return impl_->statistics();
}

}  // namespace mqrig::broker
