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
        client::Client& client, const cli::Diagnostic& diagnostic, Owner& owner);

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
  /// false or there are no more. Nothing may be done with the inbox meanwhile.
  std::error_code read(const store::Spool::Visitor& visit);
  /// There is something to read().
  bool waiting() const { return read_ < committed_; }
  /// Asks for on_inbox_ready() when that is so.
  void request() {
    if (waiting()) ready_.request();
  }

  /// It was read, and need not be kept any longer.
  void handled(std::uint64_t sequence);
  /// It was read, could not be handled, and is kept for a person to decide.
  void refuse(std::uint64_t sequence, std::string_view why);

 private:
  void save_session();
  void commit_soon();

  std::unique_ptr<store::Spool> spool_;
  const std::string path_;
  store::Spool::QueueId queue_;
  client::Client& client_;
  const cli::Diagnostic& diagnostic_;
  Owner& owner_;
  const std::string state_name_;
  std::string session_;                             // as it was saved
  std::map<std::uint64_t, std::uint64_t> in_hand_;  // read and not handled: sequence to size
  std::uint64_t read_ = 0;                          // sequence of the last message that was read
  std::uint64_t committed_ = 0;                     // and of the last on the disk
  bool stuck_ = false;
  bool commit_due_ = false;
  net::Deferred ready_;
  net::Timer commit_timer_;
};

}  // namespace mqrig::sub
