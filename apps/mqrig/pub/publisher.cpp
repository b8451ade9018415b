#include "publisher.hpp"

#include <asio/io_context.hpp>

#include "../outcome.hpp"
#include "record_stream.hpp"
#include "repeated_message.hpp"

namespace mqrig::pub {
namespace {

using cli::ExitCode;

constexpr std::uint64_t most_reports = 20;
constexpr std::size_t large_window = 8192;
constexpr std::size_t most_bytes_in_flight = 16 << 20;  // payloads that the client keeps
constexpr std::chrono::milliseconds shortest_wait{1};   // between two messages of a pace
constexpr std::chrono::milliseconds time_to_end{900};   // after a signal

std::string count_text(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

Publisher::Publisher(asio::io_context& context, Job& job, const cli::Diagnostic& diagnostic)
    : context_(context),
      job_(job),
      diagnostic_(diagnostic),
      trace_(diagnostic, job.client),
      client_(context, std::move(job.client), *this),
      pace_(job.interval, job.catch_up) {
  if (job.records) {
    Source::Listener& listener = *this;
    source_ = std::make_unique<RecordStream>(context, job, listener);
  } else {
    source_ = std::make_unique<RepeatedMessage>(job.message(), job.repeat);
  }
}

void Publisher::start() {
  client_.start();
}

/// A large window that was full is refilled when half of it is free: a write for each
/// acknowledgement would cost more than all the rest. A small one is refilled at once, because a
/// broker's last acknowledgements may wait (Nagle) for a packet of ours.
void Publisher::on_ready() {
  if (in_flight_.size() <= go_on_at_) pump();
}

void Publisher::pump() {
  if (input_ended_) return;
  if (!pace_.unlimited()) now_ = std::chrono::steady_clock::now();
  while (held_ || take()) {
    if (!due() || !publish()) return;
  }
}

/// The next message; false when there is none now.
bool Publisher::take() {
  for (;;) {
    switch (source_->next()) {
      case Step::message:
        held_ = true;
        return true;
      case Step::wait:
        return false;
      case Step::invalid:
        if (!take_invalid()) return false;
        break;
      case Step::failed:
        diagnostic_.error(source_->error());
        input_failed_ = true;
        end_input();
        return false;
      case Step::end:
        end_input();
        return false;
    }
  }
}

/// True when the run goes on with the next record.
bool Publisher::take_invalid() {
  const std::string text = source_->place(source_->number()) + ": " + source_->error();
  if (job_.skip_invalid) {
    ++skipped_;
    diagnostic_.warning(text + "; skipped");
    return true;
  }
  diagnostic_.error(text + " (--skip-invalid goes on after such input)");
  input_failed_ = true;
  end_input();
  return false;
}

bool Publisher::due() {
  if (pace_.unlimited() || pace_.due() <= now_) return true;
  if (!pace_timer_) pace_timer_.emplace(context_, [this] { pump(); });
  // A wake-up costs more than a message: those of a millisecond go together.
  pace_timer_->expires_at(std::max(pace_.due(), now_ + shortest_wait));
  return false;
}

/// False when the message must wait, or nothing more is to be sent.
bool Publisher::publish() {
  const wire::Publish& message = source_->message();
  const bool acknowledged = message.qos != wire::QoS::at_most_once;
  if (acknowledged && in_flight_.bytes() >= most_bytes_in_flight) return wait_for_window();
  const std::uint64_t token = acknowledged ? in_flight_.next_token() : 0;
  if (const std::error_code error = client_.publish(message, token)) return not_taken(error);
  held_ = false;
  if (!message.properties.empty()) warn_of_properties();
  if (acknowledged) {
    in_flight_.add(source_->number(), message.payload.size());
  } else {
    taken_at_qos_0_ = true;
  }
  if (!pace_.unlimited()) pace_.sent(now_);
  return true;
}

/// Until on_ready().
bool Publisher::wait_for_window() {
  const std::size_t count = in_flight_.size();
  go_on_at_ = count >= large_window ? count / 2 : count;
  return false;
}

bool Publisher::not_taken(std::error_code error) {
  if (error == session::Error::would_block || error == session::Error::not_connected) {
    return wait_for_window();
  }
  held_ = false;
  ++refused_;
  report(source_->number(), "not sent: " + describe(error, client_.broker_limits()));
  const bool of_this_message =
      error == session::Error::packet_too_large || job_.records == payload::RecordKind::json_lines;
  if (of_this_message) return true;
  end_input();
  return false;
}

void Publisher::warn_of_properties() {
  if (properties_warned_ || client_.version() == wire::Version::mqtt_5) return;
  properties_warned_ = true;
  diagnostic_.warning("the broker speaks MQTT " + std::string(wire::name(client_.version())) +
                      ", which has no properties: they are left out");
}

/// An error of one record. A broker that takes none of a million is not quoted a million times.
void Publisher::report(std::uint64_t number, std::string_view text) {
  if (refused_ > most_reports) return;
  const std::string place = source_->place(number);
  diagnostic_.error(place.empty() ? std::string(text) : place + ": " + std::string(text));
}

void Publisher::on_published(std::uint64_t token, wire::ReasonCode reason,
                             wire::Properties properties) {
  const std::uint64_t number = in_flight_.take(token);
  if (wire::is_error(reason)) {
    ++refused_;
    std::string text = "the broker refused the message";
    if (one_topic()) text += " to '" + job_.topic + "'";
    report(number, text + ": " + describe(reason, wire::PacketType::puback, properties));
  }
  end_when_delivered();
}

/// Do all messages go to the topic of the options?
bool Publisher::one_topic() const {
  return job_.topic_separator.empty() && job_.records != payload::RecordKind::json_lines;
}

void Publisher::on_connected(bool /*session_present*/, wire::Properties /*connack*/) {
  connected_once_ = true;
  if (connection_lost_) diagnostic_.notice("connected again to " + describe_connection(client_));
  connection_lost_ = false;
}

void Publisher::on_connection_lost(const client::Failure& failure,
                                   std::chrono::milliseconds retry) {
  connection_lost_ = true;
  diagnostic_.notice(describe_loss(failure, retry));
  if (!taken_at_qos_0_) return;
  taken_at_qos_0_ = false;
  lost_at_qos_0_ = true;
  const std::string place = source_->place(source_->number());
  diagnostic_.warning("messages of QoS 0 that were sent just before may be lost" +
                      (place.empty() ? std::string() : ", up to " + place));
}

void Publisher::on_failed(const client::Failure& failure) {
  diagnostic_.error(failure.text + in_flight_text());
  end(exit_code(failure, connected_once_));
}

/// What the end of a run leaves open, as the rest of a sentence.
std::string Publisher::in_flight_text() const {
  if (in_flight_.size() == 0) return {};
  const std::string place = source_->place(in_flight_.first());
  if (place.empty()) return "; the message is not acknowledged";
  return "; " + count_text(in_flight_.size(), "message") + " not acknowledged, the first is " +
         place;
}

void Publisher::end_input() {
  input_ended_ = true;
  end_when_delivered();
}

void Publisher::end_when_delivered() {
  if (!input_ended_ || in_flight_.size() != 0 || finishing_) return;
  finishing_ = true;
  client_.disconnect(wire::ReasonCode::success, job_.disconnect_properties.view());
}

void Publisher::on_disconnected() {
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

void Publisher::say_what_is_left() const {
  if (skipped_ > 0) diagnostic_.warning(count_text(skipped_, "invalid record") + " skipped");
  if (refused_ > most_reports) {
    diagnostic_.error(count_text(refused_, "message") + " not taken by the broker in all");
  }
  if (signal_ != 0 && in_flight_.size() != 0) {
    diagnostic_.error("interrupted" + in_flight_text());
  }
}

void Publisher::interrupt(int signal) {
  if (signal_ != 0) return end(exit_code_of_signal(signal_));
  signal_ = signal;
  input_ended_ = finishing_ = true;
  end_timer_.emplace(context_, [this] { on_disconnected(); });
  end_timer_->expires_at(std::chrono::steady_clock::now() + time_to_end);
  client_.disconnect(wire::ReasonCode::success, job_.disconnect_properties.view());
}

void Publisher::on_transport(const std::vector<std::string>& facts) {
  trace_.facts(facts);
}

void Publisher::on_packet(client::Direction direction, wire::Version version,
                          wire::ByteView packet) {
  trace_.packet(direction, version, packet);
}

void Publisher::end(ExitCode code) {
  result_ = code;
  context_.stop();
}

}  // namespace mqrig::pub
