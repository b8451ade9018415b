#include "subscriber.hpp"

#include <unistd.h>

#include <utility>

#include "../trace.hpp"

namespace mqrig::sub {

using cli::ExitCode;

namespace {

client::Options connected_to(std::optional<EmbeddedBroker>& broker, client::Options options) {
  if (broker) options.dial = [&broker] { return broker->dial(); };
  return options;
}

}  // namespace

Subscriber::Subscriber(const cli::Options& options, Settings settings)
    : settings_(std::move(settings)),
      diagnostic_(options),
      selection_(options),
      view_(options),
      output_(context_, *this),
      embedded_(settings_.embedded
                    ? std::optional<EmbeddedBroker>(std::in_place, context_, diagnostic_)
                    : std::nullopt),
      client_(context_, connected_to(embedded_, std::move(settings_.client)), *this),
      remover_(client_),
      filters_(settings_.filters),
      answers_due_(!settings_.filters.empty() + !settings_.unsubscribe.empty()),
      timeout_(context_, [this] { on_timeout(); }),
      idle_(context_, [this] { on_idle(); }),
      age_(context_),
      last_moment_(context_),
      signals_(context_, [this](int signal) { on_signal(signal); }) {
  if (!settings_.spool.empty()) open_inbox();
  if (!settings_.exec) return;
  CommandRunner::Owner& owner = *this;
  commands_.emplace(context_, std::move(*settings_.exec), MessageEnvironment(options, ::environ),
                    diagnostic_, owner);
  if (settings_.count) commands_->limit(*settings_.count);
}

ExitCode Subscriber::run() {
  if (output_.error()) {
    output_failed();
    return code_;
  }
  if (embedded_ && !embedded_->listen(settings_.listeners)) return ExitCode::connect;
  subscribe();
  if (settings_.timeout) {
    timeout_.expires_at(std::chrono::steady_clock::now() + *settings_.timeout);
  }
  if (inbox_ && settings_.spool_limits.age.count() != 0) watch_age();
  client_.start();
  context_.run();
  if (inbox_) inbox_->tell_dropped(true);
  return code_ == ExitCode::ok && refused_ ? ExitCode::refused : code_;
}

void Subscriber::on_message(const wire::Publish& message, std::uint64_t receipt) {
  // With -E, and behind the last message that is wanted, they are left to the broker.
  if (ending_ || settings_.exit_after_subscribe) return;
  const Selection::Verdict verdict = selection_.judge(message);
  if (verdict == Selection::Verdict::end) return end(ExitCode::ok);
  heard_ = true;
  const bool wanted = verdict == Selection::Verdict::print && chosen(message);
  if (acknowledges_after_command() && (receipt != 0 || !inbox_)) {
    return wanted ? give_to_command(message, receipt) : client_.acknowledge(receipt);
  }
  if (receipt != 0) receipt_ = receipt;
  if (!wanted) return;
  if (inbox_) return store(message, receipt);
  commands_ ? give_to_command(message, receipt) : print(message);
}

bool Subscriber::chosen(const wire::Publish& message) {
  if (settings_.remove_retained) {
    if (remover_.is_echo(message)) return false;
    if (message.retain && !message.payload.empty()) remover_.remove(message.topic);
  }
  return selection_.drawn();
}

void Subscriber::print(const wire::Publish& message) {
  show(message, turn_time());
  count_handled();
  if (output_.buffer().size() >= Output::enough) write();
}

void Subscriber::show(const wire::Publish& message, payload::WallTime received) {
  const payload::FormatProblem problem = view_.write(output_.buffer(), message, received);
  if (problem != payload::FormatProblem::none) complain_once(problem);
}

void Subscriber::count_handled() {
  ++handled_;
  if (settings_.count && handled_ == *settings_.count) end(ExitCode::ok);
}

payload::WallTime Subscriber::turn_time() {
  if (turn_time_ == payload::WallTime()) turn_time_ = std::chrono::system_clock::now();
  return turn_time_;
}

void Subscriber::complain_once(payload::FormatProblem problem) {
  if (!std::exchange(complained_, true)) diagnostic_.warning(text(problem));
}

void Subscriber::on_turn_end() {
  turn_time_ = {};
  if (inbox_ && commit_inbox()) make_room();
  settle();
  if (inbox_) balance();  // also while the reader stalls
  if (std::exchange(heard_, false)) restart_idle();
}

void Subscriber::write() {
  if (output_.state() != Output::State::written) return;
  switch (output_.write()) {
    case Output::State::written:
      if (inbox_) {
        printed_are_handled();
      } else if (receipt_ != acknowledged_) {
        client_.acknowledge_through(acknowledged_ = receipt_);
      }
      break;
    case Output::State::waiting:
      idle_.cancel();
      break;
    case Output::State::failed:
      return output_failed();
  }
  balance();
}

// While the reader is slow, or commands are, nothing is read from the broker; or from the inbox,
// and from the broker as long as there is room on the disk.
void Subscriber::balance() {
  const bool slow_reader = output_.state() == Output::State::waiting;
  if (commands_) commands_->hold(slow_reader);
  const bool full = commands_ ? commands_->full() : slow_reader;
  if (inbox_ && !full && !ending_) inbox_->request();
  const bool handed_on = !inbox_ || acknowledges_after_command();
  const bool pause =
      (handed_on && (full || slow_reader)) || (inbox_ && (inbox_->stuck() || inbox_->full()));
  if (std::exchange(paused_, pause) == pause) return;
  if (pause) return client_.pause_reading();
  client_.resume_reading();
  restart_idle();
}

void Subscriber::on_output_ready() {
  settle();
}

void Subscriber::output_failed() {
  abandoned_ = true;
  const bool reader_left = output_.error() == std::errc::broken_pipe;
  end(reader_left ? ExitCode::ok : ExitCode::failed);
  if (reader_left) return;
  code_ = ExitCode::failed;
  diagnostic_.error("could not write to standard output: " + output_.error().message());
}

void Subscriber::on_ready() {
  remover_.send();
}

void Subscriber::on_transport(const std::vector<std::string>& facts) {
  trace(diagnostic_, facts);
}

void Subscriber::on_packet(client::Direction direction, wire::Version version,
                           wire::ByteView packet) {
  trace(diagnostic_, direction, version, packet);
}

}  // namespace mqrig::sub
