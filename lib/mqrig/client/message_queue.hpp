// Where messages wait for a client that can't take them yet.
#pragma once

#include <cstdint>
#include <string_view>
#include <system_error>

#include <mqrig/store/spool.hpp>

namespace mqrig::client {

// What an Outbox needs of a queue. Sequences grow from message to message.
class MessageQueue {
 public:
  using Visitor = store::Spool::Visitor;

  virtual ~MessageQueue() = default;

  // Keeps a copy at the end.
  virtual std::uint64_t append(const store::SpooledMessage& message) = 0;
  // The same for one that the client has already: a copy is kept only where it survives a crash.
  virtual std::uint64_t append_sent(const store::SpooledMessage& message) = 0;
  // Visits what is kept after a sequence, in order, until the visitor returns false. A spool shows
  // what is committed.
  virtual std::error_code read(std::uint64_t after, const Visitor& visit) = 0;
  virtual bool find(std::uint64_t sequence, const Visitor& visit) = 0;
  // The client has this one and all before it.
  virtual void sent(std::uint64_t sequence) = 0;
  virtual void remove(std::uint64_t sequence, std::uint64_t size) = 0;
  virtual void refuse(std::uint64_t sequence, std::uint64_t size, std::string_view reason) = 0;

  virtual std::uint64_t last_sequence() const noexcept = 0;
  virtual std::uint64_t messages() const noexcept = 0;  // kept now
  virtual std::uint64_t bytes() const noexcept = 0;     // kept now
};

}  // namespace mqrig::client
