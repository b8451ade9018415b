#include "inbox.hpp"

#include <chrono>
#include <mqrig/store/wall_time.hpp>
#include <utility>

namespace mqrig::sub {
namespace {

using Clock = net::Timer::Clock;

// What was handled is told to the disk together with what comes next, or after this time.
constexpr std::chrono::milliseconds time_to_gather{5};
constexpr std::chrono::seconds time_to_retry{1};

}  // namespace

Inbox::Inbox(asio::io_context& context, std::unique_ptr<store::Spool> spool, std::string path,
             const InboxLimits& limits, client::Client& client, const cli::Diagnostic& diagnostic,
             Owner& owner)
    : spool_(std::move(spool)),
      path_(std::move(path)),
      limits_(limits),
      queue_(spool_->queue("inbox")),
      client_(client),
      diagnostic_(diagnostic),
      owner_(owner),
      state_name_("inbox session of " + client.client_id()),
      committed_(spool_->totals(queue_).last_sequence),
      ready_(context, [this] { owner_.on_inbox_ready(); }),
      commit_timer_(context, [this] {
        commit_due_ = false;
        const bool was_stuck = stuck_;
        if (commit() && was_stuck) owner_.on_inbox_stuck();
      }) {}

// A session without anything under way was never saved, or another identifier has taken over the
// file: that one's messages are handled, and its session is left alone.
bool Inbox::restore(std::string& error) {
  std::error_code unreadable;
  const auto saved = spool_->state(state_name_, unreadable);
  const auto nothing_sent = [](std::uint64_t, const client::Client::UsePublish&) { return false; };
  const bool restored =
      !unreadable && (!saved || client_.restore_session(wire::as_bytes(*saved), nothing_sent));
  if (saved) session_ = *saved;
  if (restored) return true;
  error = "the state of the session in '" + path_ +
          "' is damaged: save its messages with mqrig spool export, and begin with another file";
  return false;
}

std::uint64_t Inbox::append(const wire::Publish& message) {
  store::SpooledMessage spooled;
  spooled.publish = message;
  spooled.received_at = store::wall_time();  // it has arrived: nothing expires any more
  return spool_->append(queue_, spooled);
}

void Inbox::put(const wire::Publish& message) {
  append(message);
}

void Inbox::save_session() {
  wire::Buffer state;
  client_.save_session(state);
  if (wire::as_text(state.view()) == session_) return;
  session_ = wire::as_text(state.view());
  spool_->put_state(state_name_, state.view());
}

bool Inbox::commit() {
  save_session();
  const std::error_code error = spool_->dirty() ? spool_->commit() : std::error_code();
  if (error) {
    if (!std::exchange(stuck_, true)) {
      diagnostic_.warning("could not write the spool '" + path_ + "': " + error.message() +
                          "; nothing is acknowledged until that is possible again");
      owner_.on_inbox_stuck();
    }
    commit_due_ = true;
    commit_timer_.expires_at(Clock::now() + time_to_retry);
    return false;
  }
  if (std::exchange(stuck_, false)) {
    diagnostic_.notice("the spool '" + path_ + "' can be written again");
  }
  if (std::exchange(commit_due_, false)) commit_timer_.cancel();
  committed_ = spool_->totals(queue_).last_sequence;
  request();
  return true;
}

std::error_code Inbox::read(const store::Spool::Visitor& visit) {
  bool more = true;
  const auto take = [&](const store::SpooledMessage& message) {
    read_ = message.sequence;
    in_hand_.emplace(message.sequence, InHand{message.size(), false});
    more = visit(message);
    return more;
  };
  const std::error_code error = spool_->read(queue_, read_, take);
  if (more && !error) read_ = committed_;  // the last may have been removed
  return error;
}

std::uint64_t Inbox::release(std::uint64_t sequence) {
  const InHand released = in_hand_.extract(sequence).mapped();
  if (released.begun) {
    --begun_;
    begun_bytes_ -= released.size;
  }
  return released.size;
}

void Inbox::begin(std::uint64_t sequence) {
  InHand& message = in_hand_.at(sequence);
  if (std::exchange(message.begun, true)) return;
  ++begun_;
  begun_bytes_ += message.size;
}

void Inbox::handled(std::uint64_t sequence) {
  spool_->remove(queue_, sequence, release(sequence));
  commit_soon();
}

void Inbox::refuse(std::uint64_t sequence, std::string_view why) {
  spool_->refuse(queue_, sequence, release(sequence), why);
  commit_soon();
}

void Inbox::put_refused(const wire::Publish& message, std::string_view why) {
  const std::uint64_t before = spool_->totals(queue_).bytes;
  const std::uint64_t sequence = append(message);
  spool_->refuse(queue_, sequence, spool_->totals(queue_).bytes - before, why);
  commit_soon();
}

void Inbox::commit_soon() {
  if (!std::exchange(commit_due_, true)) commit_timer_.expires_at(Clock::now() + time_to_gather);
}

}  // namespace mqrig::sub
