#include <utility>

#include "../outcome.hpp"
#include "subscriber.hpp"

namespace mqrig::sub {

using cli::ExitCode;

void Subscriber::subscribe() {
  std::vector<wire::Subscription> subscriptions;
  for (const std::string& filter : settings_.filters) {
    subscriptions.push_back(settings_.subscription);
    subscriptions.back().filter = filter;
  }
  if (!subscriptions.empty()) {
    client_.subscribe(subscriptions, settings_.subscribe_properties.view(), 0);
  }
  const std::vector<std::string_view> gone(settings_.unsubscribe.begin(),
                                           settings_.unsubscribe.end());
  if (!gone.empty()) client_.unsubscribe(gone, settings_.unsubscribe_properties.view(), 0);
}

void Subscriber::on_subscribed(std::uint64_t, wire::ByteView reasons, wire::Properties properties) {
  if (ending_) return;
  std::vector<std::string> granted;
  for (std::size_t i = 0; i < std::min(reasons.size(), filters_.size()); ++i) {
    const wire::ReasonCode reason{reasons[i]};
    if (wire::is_error(reason)) {
      refused("the subscription to '" + filters_[i] + "'", reason, wire::PacketType::suback,
              properties);
      continue;
    }
    if (reasons[i] < static_cast<unsigned>(settings_.subscription.qos)) {
      diagnostic_.debug("the subscription to '" + filters_[i] + "' has QoS " +
                        std::to_string(reasons[i]) + " only");
    }
    granted.push_back(std::move(filters_[i]));
  }
  filters_ = std::move(granted);
  if (filters_.empty()) return end_now(ExitCode::refused);
  answered();
}

void Subscriber::on_unsubscribed(std::uint64_t, wire::ByteView reasons,
                                 wire::Properties properties) {
  if (ending_) return;
  for (std::size_t i = 0; i < std::min(reasons.size(), settings_.unsubscribe.size()); ++i) {
    const wire::ReasonCode reason{reasons[i]};
    if (!wire::is_error(reason)) continue;
    refused("the end of the subscription to '" + settings_.unsubscribe[i] + "'", reason,
            wire::PacketType::unsuback, properties);
  }
  answered();
}

void Subscriber::answered() {
  if (answers_due_ == 0) return;  // again, after a lost session
  if (--answers_due_ != 0) return;
  if (settings_.exit_after_subscribe) return end_now(ExitCode::ok);
  restart_idle();
}

void Subscriber::on_published(std::uint64_t token, wire::ReasonCode reason,
                              wire::Properties properties) {
  const std::string topic = remover_.finished(token);
  if (!wire::is_error(reason)) return;
  refused("the removal of the retained message of '" + topic + "'", reason,
          wire::PacketType::puback, properties);
}

void Subscriber::refused(const std::string& what, wire::ReasonCode reason, wire::PacketType packet,
                         wire::Properties properties) {
  refused_ = true;
  diagnostic_.error("the broker refused " + what + ": " + describe(reason, packet, properties));
}

void Subscriber::on_connected(bool session_present, wire::Properties) {
  // A connection that was replaced to renew a token is none that was lost.
  if (std::exchange(connected_, true) && session_present) forget_repeated();
  if (!std::exchange(lost_, false)) return;
  const bool gap = !session_present && settings_.subscription.qos != wire::QoS::at_most_once;
  diagnostic_.notice("connected again to " + describe_connection(client_) +
                     (gap ? ", which has forgotten the session: messages may be missing" : ""));
}

void Subscriber::on_connection_lost(const client::Failure& failure,
                                    std::chrono::milliseconds retry) {
  lost_ = true;
  diagnostic_.notice(describe_loss(failure, retry));
}

void Subscriber::on_failed(const client::Failure& failure) {
  client_gone_ = true;
  if (!ending_) diagnostic_.error(failure.text);
  end_now(exit_code(failure, connected_));
}

void Subscriber::on_session_left(const client::Failure& failure) {
  diagnostic_.warning("the broker may keep the session of '" + client_.client_id() +
                      "': " + failure.text);
}

void Subscriber::on_disconnected() {
  leave();
}

}  // namespace mqrig::sub
