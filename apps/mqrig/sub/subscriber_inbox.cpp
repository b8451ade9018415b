#include <utility>

#include "../input_file.hpp"
#include "subscriber.hpp"

namespace mqrig::sub {

using cli::ExitCode;

namespace {

using Clock = net::Timer::Clock;

constexpr std::chrono::milliseconds time_between_looks{500};

payload::WallTime wall_time(std::int64_t milliseconds) {
  return payload::WallTime(std::chrono::milliseconds(milliseconds));
}

std::int64_t milliseconds(payload::WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

void Subscriber::open_inbox() {
  std::string error;
  auto spool = store::Spool::open(settings_.spool, store::Spool::Mode::create, error);
  if (!spool) throw InputError(error);
  Inbox::Owner& owner = *this;
  inbox_.emplace(context_, std::move(spool), settings_.spool, settings_.spool_limits, client_,
                 diagnostic_, owner);
  if (!inbox_->restore(error)) throw InputError(error);
}

// One commit for everything that a turn has brought and finished. A message and its identifier, as
// one that was taken over, are in the same.
bool Subscriber::commit_inbox() {
  if (receipt_ != acknowledged_) client_.acknowledge_through(acknowledged_ = receipt_);
  return inbox_->commit();
}

// While the disk is full the broker hears of no message, and that we are still here.
void Subscriber::on_output() {
  if (!commit_inbox()) return client_.flush_requests();
  client_.flush();
  inbox_->maintain();
}

void Subscriber::on_inbox_stuck() {
  if (!inbox_->stuck()) client_.flush();
  balance();
}

void Subscriber::on_inbox_ready() {
  if (ending_ || settings_.exit_after_subscribe) return;
  idle_.cancel();
  const std::error_code error = commands_ ? commands_from_inbox() : print_from_inbox();
  if (error) inbox_unreadable(error);
  if (!inbox_->waiting()) restart_idle();
  settle();
}

void Subscriber::inbox_unreadable(std::error_code error) {
  diagnostic_.error("could not read the spool '" + settings_.spool + "': " + error.message());
  end(ExitCode::failed);
}

void Subscriber::store(const wire::Publish& message, std::uint64_t receipt) {
  if (!inbox_->rejects(message)) return inbox_->put(message);
  if (receipt != 0) client_.acknowledge(receipt, wire::ReasonCode::quota_exceeded);
}

// The oldest are those whose command is to come, then those on the disk.
void Subscriber::make_room() {
  if (ending_) return;
  if (commands_) {
    commands_->drop_waiting([this](const CommandJob& job) {
      return job.stored && inbox_->give_up(job.key, milliseconds(job.received));
    });
  }
  if (const std::error_code error = inbox_->make_room()) inbox_unreadable(error);
}

// Those that nothing else happens to grow old, too.
void Subscriber::watch_age() {
  age_.expires_at(Clock::now() + time_between_looks, [this] {
    make_room();
    settle();
    watch_age();
  });
}

// As much as is written at once; the rest of the loop goes on before more.
std::error_code Subscriber::print_from_inbox() {
  if (output_.state() != Output::State::written) return {};
  return inbox_->read([this](const store::SpooledMessage& message) {
    show(message.publish, wall_time(message.received_at));
    printed_.push_back(message.sequence);
    inbox_->begin(message.sequence);
    count_handled();
    return !ending_ && output_.buffer().size() < Output::enough;
  });
}

// One at a time, because a command that can't be started changes the inbox.
std::error_code Subscriber::commands_from_inbox() {
  std::error_code error;
  while (!error && !ending_ && !commands_->full() && inbox_->waiting()) {
    std::optional<CommandJob> job;
    error = inbox_->read([&](const store::SpooledMessage& message) {
      job.emplace(message.publish, message.sequence, true, wall_time(message.received_at));
      return false;
    });
    if (!job) break;  // those that are left were removed
    commands_->add(std::move(*job));
  }
  return error;
}

void Subscriber::printed_are_handled() {
  for (const std::uint64_t sequence : printed_) inbox_->handled(sequence);
  printed_.clear();
}

}  // namespace mqrig::sub
