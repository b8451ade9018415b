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

// Publishes the messages of one queue of a spool in their order, and removes each when the broker
// has taken it. With the state of the session, which it keeps in the spool, messages of QoS 2 go
// exactly once across crashes, as far as the broker keeps its session.
//
// The client must have been made with Options::flush_by_owner, and its output be flushed only after
// the spool was committed with save() before it: what is not on the disk is not said.
//
// Belongs to the thread of the client.
class Outbox {
 public:
  class Owner {
   public:
    // A message has left the queue: it was delivered, or (text not empty) not, and why.
    virtual void on_delivered(std::uint64_t sequence) = 0;
    virtual void on_refused(std::uint64_t sequence, std::string_view why) = 0;
    virtual void on_expired(std::uint64_t sequence) = 0;

   protected:
    ~Owner() = default;
  };

  struct Settings {
    double rate = 0;                   // messages a second, 0: as fast as it goes
    std::chrono::milliseconds age{0};  // older messages are given up, 0: none
  };

  // `state_name`: under which the session's state is kept in the spool. All outlive it.
  Outbox(asio::io_context& context, store::Spool& spool, store::Spool::QueueId queue,
         std::string state_name, Client& client, Owner& owner, Settings settings);
  ~Outbox();

  // Before Client::start(): takes up what was in flight when the state was saved. An error means
  // that the spool is damaged.
  std::error_code restore();

  // Appends a message to the queue, and publishes it when it is the next one and the client is
  // ready. Of QoS 0 it is published without being stored where that is possible.
  void put(const store::SpooledMessage& message);
  // Publishes what the client takes. To be called on Handler::on_ready() and after commits.
  void pump();
  // From Handler::on_published().
  void on_published(std::uint64_t token, wire::ReasonCode reason, wire::Properties properties);
  // Puts the state of the session into the spool; before each commit.
  void save();

  std::uint64_t in_flight() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mqrig::client
