#include <utility>

#include "../outcome.hpp"
#include "subscriber.hpp"

namespace mqrig::sub {

using cli::ExitCode;
using Clock = net::Timer::Clock;

namespace {

// After a signal or a time-out: how long a reader that stalls may hold up DISCONNECT, and then the
// broker the end.
constexpr std::chrono::milliseconds time_to_write{400};
constexpr std::chrono::milliseconds time_to_disconnect{500};

}  // namespace

void Subscriber::on_timeout() {
  if (settings_.count && !ending_) tell_count();
  cut_short(ExitCode::timeout);
}

// Time counts from the answer to the subscriptions, or from the last message, while its reader
// takes what comes and no command has anything to do.
void Subscriber::restart_idle() {
  if (!settings_.idle_timeout || ending_ || paused_ || answers_due_ != 0) return;
  if ((commands_ && !commands_->empty()) || (inbox_ && inbox_->waiting())) return;
  idle_.expires_at(Clock::now() + *settings_.idle_timeout);
}

void Subscriber::tell_count() const {
  diagnostic_.notice("the time is over: " + std::to_string(handled_) + " of " +
                     std::to_string(*settings_.count) + " messages have come" +
                     (commands_ ? " and were handled" : ""));
}

void Subscriber::on_idle() {
  if (settings_.count) tell_count();
  end_now(settings_.count ? ExitCode::timeout : ExitCode::ok);
}

void Subscriber::on_signal(int signal) {
  const ExitCode code = exit_code_of_signal(signal);
  if (std::exchange(signalled_, true)) {
    code_ = code;
    return context_.stop();
  }
  cut_short(settings_.ends_by_itself() ? code : ExitCode::ok);
}

// Takes no more messages. The first reason decides the exit code.
void Subscriber::end(ExitCode code) {
  if (std::exchange(ending_, true)) return;
  code_ = code;
  idle_.cancel();
  if (commands_) commands_->stop();
}

void Subscriber::end_now(ExitCode code) {
  end(code);
  settle();
}

// Ends within a second, whatever the reader and the broker do, when commands have had their grace.
void Subscriber::cut_short(ExitCode code) {
  if (ending_ && busy()) code_ = code;
  end(code);
  hurried_ = true;
  if (!commands_run()) last_moment();
  settle();
}

void Subscriber::last_moment() {
  last_moment_.expires_at(Clock::now() + time_to_write, [this] {
    abandoned_ = true;
    last_moment_.expires_at(Clock::now() + time_to_disconnect, [this] { context_.stop(); });
    settle();
  });
}

// A command runs, the reader has not taken everything, or the broker not answered every removal.
bool Subscriber::busy() const {
  return commands_run() || output_.state() == Output::State::waiting ||
         (!client_gone_ && !remover_.done());
}

// Writes what is there; disconnects when the run has ended and all is written.
void Subscriber::settle() {
  write();
  if (!ending_ || disconnecting_ || commands_run() || (busy() && !abandoned_)) return;
  disconnecting_ = true;
  const bool storable = !inbox_ || commit_inbox();
  if (client_gone_ || !storable) return leave();
  client_.disconnect(wire::ReasonCode::success, settings_.disconnect_properties.view());
}

void Subscriber::leave() {
  if (!embedded_) return context_.stop();
  embedded_->stop([this] { context_.stop(); });
}

}  // namespace mqrig::sub
