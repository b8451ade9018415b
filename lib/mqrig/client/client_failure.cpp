// What a client does when a connection cannot be had or is lost.
#include <string>
#include <utility>

#include <mqrig/client/client_impl.hpp>
#include <mqrig/client/refusal.hpp>
#include <mqrig/net/error.hpp>

namespace mqrig::client {

using wire::PropertyId;
using wire::ReasonCode;
using wire::Version;

namespace {

// A connection that ends sooner than this does not count as a recovery.
constexpr std::chrono::seconds stable_after{5};

std::string join(std::string_view first, std::string_view second) {
  return second.empty() ? std::string(first) : std::string(first) + "; " + std::string(second);
}

// Many brokers close TCP without a word of TLS where they have nothing more to say.
bool is_end(std::error_code error) {
  return error == net::Error::end_of_stream || error == net::Error::tls_truncated ||
         error == net::Error::web_socket_closed;
}

// An end by which a peer may mean the version: a close frame of a WebSocket has no status for that.
bool is_mute(std::error_code error) {
  return error != net::Error::tls_failed && error != net::Error::web_socket_failed;
}

}  // namespace

// A version or the bridge bit was refused: is there another way to try? `told`: by CONNACK. What
// the broker has taken before is given up only then.
bool Client::Impl::fall_back(bool told) {
  const bool agreed = was_connected_ && broker_ == version_broker_;
  if (bit_sent_) {
    if (agreed && !told) return false;
    no_bit_broker_ = broker_;
  } else {
    if (options_.version || agreed || version_.value_or(Version::mqtt_5) != Version::mqtt_5) {
      return false;
    }
    if (needs_version_5()) return false;
    version_ = Version::mqtt_3_1_1;
  }
  drop_connection();
  make_stream();
  return true;
}

void Client::Impl::drop_connection() noexcept {
  if (connection_) connection_->close();
  connection_.reset();
  next_ = {};
  renewal_timer_.cancel();
  reauthentication_timer_.cancel();
  if (options_.credentials) options_.credentials->cancel();
  session_.close();
  deadline_timer_.cancel();
  connector_.cancel();
}

// This broker could not be had; the others are tried before the round counts as failed.
void Client::Impl::next_broker(Failure failure) {
  drop_connection();
  const bool same_domain = srv_targets_.size() > 1;
  if (!same_domain && broker_ + 1 == options_.brokers.size()) {
    return round_failed(std::move(failure));
  }
  earlier_failures_ += failure.text + "; ";
  if (same_domain) {
    srv_targets_.erase(srv_targets_.begin());
  } else {
    srv_targets_.clear();
    ++broker_;
  }
  forget_refusals();
  connect();
}

void Client::Impl::round_failed(Failure failure) {
  failure.text.insert(0, std::exchange(earlier_failures_, {}));
  const bool again = options_.keep_trying || (connected_since_start_ && options_.reconnect);
  if (again) return retry(std::move(failure));
  give_up(std::move(failure));
}

// A connection that stood is gone.
void Client::Impl::lost(Failure failure) {
  drop_connection();
  if (!options_.reconnect) return give_up(std::move(failure));
  const bool stable = std::chrono::steady_clock::now() - connected_at_ >= stable_after;
  if (stable) {
    backoff_.reset();
    asked_again_ = false;
  }
  short_connections_ = stable ? 0 : short_connections_ + 1;
  // Some brokers do not say that another client took the session over: they only close the
  // connection.
  if (short_connections_ > 1 && !options_.client_id.empty()) {
    failure.text +=
        "; if another client uses the id \"" + client_id_ + "\", give each its own --id";
  }
  retry(std::move(failure));
}

void Client::Impl::retry(Failure failure) {
  if (ending_) return finished(false);
  changing_ = false;
  const session::Time now = std::chrono::steady_clock::now();
  if (!lost_at_) lost_at_ = now;
  const std::chrono::milliseconds delay = backoff_.next();
  const auto limit = options_.reconnect_timeout;
  if (limit.count() != 0 && now + delay - *lost_at_ >= limit) {
    failure.text +=
        "; gave up after " +
        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limit).count()) +
        " s without a connection";
    return give_up(std::move(failure));
  }
  state_ = State::waiting;
  state_timer_.expires_at(now + delay, [this] { first_broker(); });
  handler_.on_connection_lost(failure, delay);
}

void Client::Impl::give_up(Failure failure) {
  if (ending_) return finished(false);
  drop_connection();
  state_timer_.cancel();
  changing_ = false;
  state_ = State::idle;
  handler_.on_failed(failure);  // may destroy us
}

Failure Client::Impl::stream_failure(std::error_code error) const {
  Failure failure;
  const bool up = stands();
  failure.kind = up ? FailureKind::disconnected : FailureKind::refused;
  failure.error = error;
  failure.text = broker();
  const std::string detail = connection_->stream().failure();
  // With TLS 1.3 a server may refuse our certificate after the handshake is done for us.
  if (error == net::Error::tls_failed) {
    if (!up) failure.kind = FailureKind::tls;
    failure.text += ": TLS failed: " + detail;
    return failure;
  }
  if (error == net::Error::web_socket_failed) {
    failure.kind = FailureKind::protocol;
    failure.text += " broke the protocol: " + detail;
    return failure;
  }
  failure.text +=
      is_end(error) ? " closed the connection" : " dropped the connection: " + error.message();
  if (error == net::Error::tls_truncated) failure.text += " without ending TLS (no close_notify)";
  if (!up) failure.text += " instead of answering CONNECT";
  if (!detail.empty() && error != net::Error::tls_truncated) failure.text += ": " + detail;
  const net::Transport& transport = options_.transport;
  // A server of TLS that gets something else mostly ends without a word.
  const bool silent = connection_->first_bytes().empty();
  if (!up && silent && !options_.dial && !transport.tls && !transport.web_socket) {
    failure.text += "; if it is a port for TLS, give --tls";
  }
  return failure;
}

Failure Client::Impl::refusal(const session::Event& event, bool connected) const {
  Failure failure;
  failure.kind = kind_of(event.reason, connected);
  failure.reason = event.reason;
  failure.text = broker() + (connected ? " ended the connection: " : " refused the connection: ");
  failure.text += wire::name(event.reason,
                             connected ? wire::PacketType::disconnect : wire::PacketType::connack);
  if (const auto text = event.properties.text(PropertyId::reason_string)) {
    failure.text += " (" + std::string(*text) + ")";
  }
  if (const auto server = event.properties.text(PropertyId::server_reference)) {
    failure.text += "; it names the server " + std::string(*server);
  }
  if (credentials_ && !credentials_->facts.empty() && failure.kind == FailureKind::not_authorised) {
    for (const std::string& fact : credentials_->facts) {
      failure.text = join(failure.text, "it was given the " + fact);
    }
    failure.text += ": check who has issued it, and for whom";
    return failure;
  }
  failure.text = join(failure.text, advice(event.reason));
  return failure;
}

void Client::Impl::on_stream_end(std::error_code error) {
  if (state_ == State::finishing) return finished(is_end(error));
  if (state_ == State::draining) return drained(error);
  Failure failure = stream_failure(error);
  if (stands()) {
    // A peer that breaks the protocol does so again.
    const bool again = failure.kind != FailureKind::protocol;
    return again ? lost(std::move(failure)) : give_up(std::move(failure));
  }
  // Some brokers refuse a version by closing without a word.
  const bool silent = connection_->first_bytes().empty() && is_mute(error);
  if (silent && fall_back(false)) return;
  next_broker(std::move(failure));
}

// With the bridge bit a level is none that a broker expects, and some answer as to a packet that is
// none.
bool Client::Impl::refuses_version(ReasonCode reason) const noexcept {
  if (reason == ReasonCode::unsupported_protocol_version) return true;
  return bit_sent_ &&
         (reason == ReasonCode::unspecified_error || reason == ReasonCode::malformed_packet ||
          reason == ReasonCode::protocol_error);
}

void Client::Impl::unauthorised(Failure failure) {
  if (!credentials_stale(failure)) return give_up(std::move(failure));
  drop_connection();
  connect();
}

void Client::Impl::refused(const session::Event& event) {
  if (refuses_version(event.reason) && fall_back(true)) return;
  Failure failure = refusal(event, false);
  if (failure.kind == FailureKind::not_authorised) return unauthorised(std::move(failure));
  if (concerns_one_server(event.reason)) return next_broker(std::move(failure));
  give_up(std::move(failure));
}

}  // namespace mqrig::client
