#include <asio/io_context.hpp>

#include "../outcome.hpp"
#include "spooled_publisher.hpp"

namespace mqrig::pub {
namespace {

using cli::ExitCode;

constexpr std::chrono::seconds time_without_connection{60};
constexpr std::chrono::milliseconds time_to_end{900};  // after a signal

std::string count_text(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

std::chrono::steady_clock::time_point after(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

}  // namespace

/// A session that no state in the spool knows of may hold identifiers that ours would meet: a
/// message of QoS 2 under one of them would count as the repetition of another.
void SpooledPublisher::on_connected(bool session_present, wire::Properties /*connack*/) {
  const bool first = !connected_once_;
  connected_once_ = true;
  no_connection_.cancel();
  if (connection_lost_) diagnostic_.notice("connected to " + describe_connection(client_));
  connection_lost_ = false;
  warn_of_properties();
  if (!first || !session_present || !spool_.fresh()) return schedule_turn();
  leftover_session_ = true;
  client_.disconnect();
  client_.flush();
}

void SpooledPublisher::on_connection_lost(const client::Failure& failure,
                                          std::chrono::milliseconds retry) {
  connection_lost_ = true;
  last_failure_ = failure;
  diagnostic_.notice(connected_once_ ? describe_loss(failure, retry)
                                     : describe_retry(failure, retry));
  if (input_ended_) limit_waiting();
  if (!taken_at_qos_0_) return;
  taken_at_qos_0_ = false;
  lost_at_qos_0_ = true;
  diagnostic_.warning("messages of QoS 0 that were sent just before may be lost");
}

void SpooledPublisher::on_failed(const client::Failure& failure) {
  take_rest();
  if (!commit()) return;
  diagnostic_.error(failure.text + waiting_text());
  end(exit_code(failure, connected_once_));
}

void SpooledPublisher::on_disconnected() {
  if (over_) return;
  if (leftover_session_ && signal_ == 0) return erase_session();
  if (signal_ != 0) {
    if (!commit()) return;
    return conclude();
  }
  // Later versions have ended it with DISCONNECT.
  if (client_.version() != wire::Version::mqtt_5) return erase_session();
  conclude();
}

/// At the end of a run, or before the first message when the session is not ours.
void SpooledPublisher::erase_session() {
  client::Options options = client::SessionEraser::options_from(eraser_options_);
  options.client_id = client_.client_id();
  options.version = client_.version();
  eraser_.emplace(context_, std::move(options), [this](const client::Failure* failure) {
    if (over_) return;
    if (leftover_session_ && failure != nullptr) return on_failed(*failure);
    if (!leftover_session_) {
      if (failure != nullptr) {
        diagnostic_.warning("the broker may keep the session of '" + client_.client_id() +
                            "': " + failure->text);
      }
      return conclude();
    }
    leftover_session_ = false;
    client_.start();
  });
  eraser_->start();
}

void SpooledPublisher::conclude() {
  say_what_is_left();
  if (signal_ != 0) return end(exit_code_of_signal(signal_));
  if (input_failed_) return end(ExitCode::input);
  if (refused_ > 0) return end(ExitCode::refused);
  if (taken_at_qos_0_ && !client_.ended_cleanly()) {
    diagnostic_.error(client_.broker() +
                      " broke the connection off at the end: the last messages may be lost");
    return end(ExitCode::disconnected);
  }
  end(lost_at_qos_0_ ? ExitCode::disconnected : ExitCode::ok);
}

void SpooledPublisher::say_what_is_left() const {
  if (skipped_ > 0) diagnostic_.warning(count_text(skipped_, "invalid record") + " skipped");
  if (expired_ > 0) {
    diagnostic_.warning(count_text(expired_, "message") + " expired before the broker took them");
  }
  if (refused_ > 0) {
    diagnostic_.error(count_text(refused_, "message") +
                      " not taken by the broker; 'mqrig spool show " + spool_.path() +
                      " --refused' says why");
  }
  if (signal_ != 0) diagnostic_.error("interrupted" + waiting_text());
}

/// As the rest of a sentence.
std::string SpooledPublisher::waiting_text() const {
  const std::uint64_t count = spool_.totals().messages;
  std::string text = count == 0
                         ? "; nothing waits in '" + spool_.path() + "'"
                         : "; " + count_text(count, "message") + (count == 1 ? " waits" : " wait") +
                               " in '" + spool_.path() + "'";
  std::uint64_t taken = 0;
  if (message_position_ && message_position_->taken < job_.repeat) taken = message_position_->taken;
  if (position_ && !position_->ended) taken = position_->records;
  if (taken > 0) {
    text += ", --resume goes on behind " + source_->place(taken);
  } else if (count > 0) {
    text += ", --resume sends " + std::string(count == 1 ? "it" : "them");
  }
  return text;
}

/// Of a million messages the properties are missed once.
void SpooledPublisher::warn_of_properties() {
  if (properties_warned_ || !has_properties_ || !client_.connected() ||
      client_.version() == wire::Version::mqtt_5) {
    return;
  }
  properties_warned_ = true;
  diagnostic_.warning("the broker speaks MQTT " + std::string(wire::name(client_.version())) +
                      ", which has no properties: they are left out");
}

void SpooledPublisher::end_input() {
  input_ended_ = true;
  if (!client_.connected()) limit_waiting();
}

/// While there is input it is worth keeping, however long the broker is away.
void SpooledPublisher::limit_waiting() {
  no_connection_.expires_at(after(time_without_connection), [this] {
    diagnostic_.error(
        (last_failure_.text.empty() ? "no connection to " + client_.broker() : last_failure_.text) +
        "; gave up after " + std::to_string(time_without_connection.count()) +
        " s without a connection" + waiting_text());
    end(connected_once_ ? ExitCode::disconnected : ExitCode::connect);
  });
}

/// The end of the session belongs to it, for which a connection is needed.
void SpooledPublisher::end_when_delivered() {
  if (!input_ended_ || finishing_ || leftover_session_ || over_ || !client_.connected()) return;
  if (spool_.totals().messages > 0 || spool_.file().dirty()) return;
  finishing_ = true;
  spool_.forget_session();
  if (!commit()) return;
  wire::PropertyWriter properties;
  for (const wire::Property& property : job_.disconnect_properties.view()) properties.add(property);
  if (!job_.disconnect_properties.view().find(wire::PropertyId::session_expiry_interval)) {
    properties.add(wire::PropertyId::session_expiry_interval, 0);
  }
  client_.disconnect(wire::ReasonCode::success, properties.view());
  client_.flush();
}

void SpooledPublisher::interrupt(int signal) {
  if (signal_ != 0) return end(exit_code_of_signal(signal_));
  signal_ = signal;
  take_rest();
  input_ended_ = true;
  if (!commit()) return;
  client_.flush();
  last_moment_.expires_at(after(time_to_end), [this] { on_disconnected(); });
  if (finishing_) return;
  finishing_ = true;
  client_.disconnect(wire::ReasonCode::success, job_.disconnect_properties.view());
  client_.flush();
}

void SpooledPublisher::spool_failed(std::string_view what, std::error_code error) {
  std::string text =
      "cannot " + std::string(what) + " the spool '" + spool_.path() + "': " + error.message();
  if (records_ != nullptr && committed_records_ > 0) {
    text += "; all up to " + records_->place(committed_records_) + " is in it or delivered" +
            (position_ ? ", and --resume goes on behind that" : "");
  }
  diagnostic_.error(text);
  end(ExitCode::failed);
}

void SpooledPublisher::on_transport(const std::vector<std::string>& facts) {
  trace_.facts(facts);
}

void SpooledPublisher::on_packet(client::Direction direction, wire::Version version,
                                 wire::ByteView packet) {
  trace_.packet(direction, version, packet);
}

void SpooledPublisher::end(ExitCode code) {
  if (over_) return;
  over_ = true;
  result_ = code;
  context_.stop();
}

}  // namespace mqrig::pub
