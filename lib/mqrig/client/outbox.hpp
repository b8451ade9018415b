// Messages of a queue on their way through a client.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include <mqrig/client/client.hpp>
#include <mqrig/store/spool.hpp>

namespace asio {
class io_context;
}

namespace mqrig::client {

// Publishes messages in the order in which they were put, joins those of batches, keeps a rate, and
// gives up what has expired. With a queue of a spool a message is removed from the disk when the
// broker has taken it, and the state of the session is kept in the same file, so that messages of
// QoS 2 go exactly once across crashes as far as the broker keeps its session. Without a spool
// messages wait in memory.
//
// With a spool the client must have been made with Options::flush_by_owner, and each
// Client::flush() follow a save() and a successful commit of the spool: what is not on the disk is
// not said.
//
// Belongs to the thread of the client, and must be destroyed before it.
class Outbox {
 public:
  // Calls come from put(), pump(), on_published() and the event loop. None may destroy the outbox.
  class Owner {
   public:
    // The broker has taken a message of QoS 1 or 2, or one of QoS 0 was sent.
    virtual void on_delivered(std::uint64_t sequence) = 0;
    // The broker did not take it, or it can't be sent: why. In a spool it is kept as refused.
    virtual void on_refused(std::uint64_t sequence, wire::ReasonCode reason,
                            std::string_view why) = 0;
    // It was given up: message expiry, or Settings::age.
    virtual void on_expired(std::uint64_t sequence) = 0;

   protected:
    ~Owner() = default;
  };

  struct Settings {
    double rate = 0;                   // messages a second; 0: as fast as it goes
    std::chrono::milliseconds age{0};  // older messages are given up; 0: none are
    // Milliseconds since 1970; for tests to replace.
    std::function<std::int64_t()> clock;
  };

  // `state_name`: under which the session's state is kept. All outlive the outbox.
  Outbox(asio::io_context& context, store::Spool& spool, store::Spool::QueueId queue,
         std::string state_name, Client& client, Owner& owner, Settings settings);
  // In memory.
  Outbox(asio::io_context& context, Client& client, Owner& owner, Settings settings);
  ~Outbox();

  // Before Client::start(): takes up what was in flight when the state was saved. Error::damaged:
  // the spool does not hold what belongs to the state.
  std::error_code restore();
  // Puts the state of the session into the spool; before each commit. True when it has changed.
  bool save();

  // Takes a message; publishes it at once if its turn has come and the client is ready. Returns its
  // sequence; 0 for a message of QoS 0 that was sent and never queued.
  std::uint64_t put(const store::SpooledMessage& message);
  // Publishes what the client takes. To be called from Handler::on_ready(), and after a commit.
  // The error of a spool that could not be read.
  std::error_code pump();
  // From Handler::on_published().
  void on_published(std::uint64_t token, wire::ReasonCode reason, wire::Properties properties);
  // Gives up the oldest message that is not on its way, and returns its sequence; 0 when there is
  // none, or in a spool none that is committed. It is not reported to the owner.
  std::uint64_t drop_oldest();
  // Gives up what is older than Settings::age; to be called now and then.
  void expire();

  // On their way.
  std::uint64_t in_flight() const noexcept;
  // Not on their way, and what they hold.
  std::uint64_t waiting() const noexcept;
  // All in the queue: with a spool those in flight, too.
  std::uint64_t queued() const noexcept;
  std::uint64_t queued_bytes() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mqrig::client
