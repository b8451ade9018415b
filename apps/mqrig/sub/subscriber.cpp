#include "subscriber.hpp"

#include <utility>

#include "../trace.hpp"

namespace mqrig::sub {

using cli::ExitCode;

namespace {

// What has gathered within a turn is written at this size.
constexpr std::size_t write_size = 64 * 1024;

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
      last_moment_(context_),
      signals_(context_, [this](int signal) { on_signal(signal); }) {}

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
  client_.start();
  context_.run();
  return code_ == ExitCode::ok && refused_ ? ExitCode::refused : code_;
}

void Subscriber::on_message(const wire::Publish& message, std::uint64_t receipt) {
  // With -E, and behind the last message that is wanted, they are left to the broker.
  if (ending_ || settings_.exit_after_subscribe) return;
  const Selection::Verdict verdict = selection_.judge(message);
  if (verdict == Selection::Verdict::end) return end(ExitCode::ok);
  if (receipt != 0) receipt_ = receipt;
  heard_ = true;
  if (verdict == Selection::Verdict::drop) return;
  if (settings_.remove_retained) {
    if (remover_.is_echo(message)) return;
    if (message.retain && !message.payload.empty()) remover_.remove(message.topic);
  }
  if (selection_.drawn()) print(message);
}

void Subscriber::print(const wire::Publish& message) {
  if (turn_time_ == payload::WallTime()) turn_time_ = std::chrono::system_clock::now();
  const payload::FormatProblem problem = view_.write(output_.buffer(), message, turn_time_);
  if (problem != payload::FormatProblem::none) complain_once(problem);
  ++printed_;
  if (settings_.count && printed_ == *settings_.count) end(ExitCode::ok);
  if (output_.buffer().size() >= write_size) write();
}

void Subscriber::complain_once(payload::FormatProblem problem) {
  if (!std::exchange(complained_, true)) diagnostic_.warning(text(problem));
}

void Subscriber::on_turn_end() {
  turn_time_ = {};
  settle();
  if (std::exchange(heard_, false)) restart_idle();
}

// While the reader is slow, nothing is read from the broker.
void Subscriber::write() {
  if (output_.state() != Output::State::written) return;
  switch (output_.write()) {
    case Output::State::written:
      if (receipt_ != acknowledged_) client_.acknowledge_through(acknowledged_ = receipt_);
      if (std::exchange(paused_, false)) {
        client_.resume_reading();
        restart_idle();
      }
      return;
    case Output::State::waiting:
      if (!std::exchange(paused_, true)) client_.pause_reading();
      idle_.cancel();
      return;
    case Output::State::failed:
      return output_failed();
  }
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

void Subscriber::on_packet(client::Direction direction, wire::Version version,
                           wire::ByteView packet) {
  trace(diagnostic_, direction, version, packet);
}

}  // namespace mqrig::sub
