#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/client/client.hpp>
#include <mqrig/net/deferred.hpp>
#include <mqrig/net/timer.hpp>
#include <mqrig/store/spool.hpp>
#include <string>

#include "inbox_limits.hpp"

namespace mqrig::sub {

/// Messages between the broker and those who handle them, on the disk: each is there before the
/// broker hears of it, and until it was handled. The session's packet identifiers are committed
/// with them, so that a message of QoS 2 comes in exactly once.
///
/// The client must have been made with Options::flush_by_owner.
class Inbox {
 public:
  class Owner {
   public:
    /// Messages may be read().
    virtual void on_inbox_ready() = 0;
    /// stuck() holds, or holds no more: then what waited for the commit may be sent.
    virtual void on_inbox_stuck() = 0;

   protected:
    ~Owner() = default;
  };

  /// References outlive the inbox. `path` is for messages.
  Inbox(asio::io_context& context, std::unique_ptr<store::Spool> spool, std::string path,
        const InboxLimits& limits, client::Client& client, const cli::Diagnostic& diagnostic,
        Owner& owner);

  /// Takes up what an earlier run has left, before the client is started. False when the session's
  /// state is damaged, and a sentence in `error`.
  bool restore(std::string& error);

  /// A message that arrives; it is kept until handled() or refuse().
  void put(const wire::Publish& message);

  /// To be called before anything is sent: what was put and handled is on the disk then, and what
  /// the session knows. False when the disk does not take it: that is told once and tried again,
  /// and until then nothing may be sent that is about messages.
  bool commit();
  /// The disk takes no more: put() nothing more, as far as that can be helped.
  bool stuck() const { return stuck_; }
  /// Some milliseconds, for when everything was sent.
  void maintain() { spool_->maintain(); }

  /// Calls with the messages on the disk that were not read yet, in their order, until it returns
  /// false or there are no more. Nothing but begin() may be done with the inbox meanwhile.
  std::error_code read(const store::Spool::Visitor& visit);
  /// There is something to read().
  bool waiting() const { return read_ < committed_; }
  /// Asks for on_inbox_ready() when that is so.
  void request() {
    if (waiting()) ready_.request();
  }

  /// The policy is to reject, and there is no room for this one: it is not to be put().
  bool rejects(const wire::Publish& message);
  /// The policy is to block, and there is no room.
  bool full();
  /// It was read, and is being handled now: from here on it does not count for the limits.
  void begin(std::uint64_t sequence);
  /// One that was read and not begun with is given up, when it is too old or the oldest of too
  /// many. True: it is handled.
  bool give_up(std::uint64_t sequence, std::int64_t received_at);
  /// The same with those that were not read.
  std::error_code make_room();
  /// Tells how many were dropped by all of these, if not too often.
  void tell_dropped(bool at_once);

  /// It was read, and need not be kept any longer.
  void handled(std::uint64_t sequence);
  /// It was read, could not be handled, and is kept for a person to decide.
  void refuse(std::uint64_t sequence, std::string_view why);
  /// Keeps one in the same way that was never put().
  void put_refused(const wire::Publish& message, std::string_view why);

 private:
  enum class Verdict : std::uint8_t { keep, too_many, too_old };
  struct InHand {
    std::uint64_t size = 0;
    bool begun = false;
  };

  std::uint64_t release(std::uint64_t sequence);
  std::uint64_t append(const wire::Publish& message);
  bool exceeds(std::uint64_t messages, std::uint64_t bytes) const;
  store::QueueTotals waiting_totals() const;
  bool over_limit(std::uint64_t messages, std::uint64_t bytes) const;
  Verdict judge(std::int64_t received_at, std::int64_t now, bool crowded) const;
  void count(Verdict why);
  void save_session();
  void commit_soon();

  std::unique_ptr<store::Spool> spool_;
  const std::string path_;
  const InboxLimits limits_;
  store::Spool::QueueId queue_;
  client::Client& client_;
  const cli::Diagnostic& diagnostic_;
  Owner& owner_;
  const std::string state_name_;
  std::string session_;                      // as it was saved
  std::map<std::uint64_t, InHand> in_hand_;  // read and not handled, by sequence
  std::uint64_t begun_ = 0;                  // messages of these
  std::uint64_t begun_bytes_ = 0;
  std::uint64_t read_ = 0;       // sequence of the last message that was read
  std::uint64_t committed_ = 0;  // and of the last on the disk
  std::uint64_t dropped_full_ = 0;
  std::uint64_t dropped_old_ = 0;
  std::uint64_t told_ = 0;  // of both
  net::Timer::Clock::time_point told_at_{};
  bool full_ = false;
  bool stuck_ = false;
  bool commit_due_ = false;
  net::Deferred ready_;
  net::Timer commit_timer_;
};

}  // namespace mqrig::sub
