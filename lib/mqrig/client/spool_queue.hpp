// A queue of a spool.
#pragma once

#include <mqrig/client/message_queue.hpp>

namespace mqrig::client {

// The spool outlives it.
class SpoolQueue final : public MessageQueue {
 public:
  SpoolQueue(store::Spool& spool, store::Spool::QueueId queue) noexcept
      : spool_(spool), queue_(queue) {}

  std::uint64_t append(const store::SpooledMessage& message) override {
    return spool_.append(queue_, message);
  }
  std::uint64_t append_sent(const store::SpooledMessage& message) override {
    return spool_.append(queue_, message);
  }
  std::error_code read(std::uint64_t after, const Visitor& visit) override {
    return spool_.read(queue_, after, visit);
  }
  bool find(std::uint64_t sequence, const Visitor& visit) override {
    std::error_code error;
    return spool_.find(queue_, sequence, visit, error);
  }
  void sent(std::uint64_t) override {}
  void remove(std::uint64_t sequence, std::uint64_t size) override {
    spool_.remove(queue_, sequence, size);
  }
  void refuse(std::uint64_t sequence, std::uint64_t size, std::string_view reason) override {
    spool_.refuse(queue_, sequence, size, reason);
  }

  std::uint64_t last_sequence() const noexcept override {
    return spool_.totals(queue_).last_sequence;
  }
  std::uint64_t messages() const noexcept override { return spool_.totals(queue_).messages; }
  std::uint64_t bytes() const noexcept override { return spool_.totals(queue_).bytes; }

 private:
  store::Spool& spool_;
  store::Spool::QueueId queue_;
};

}  // namespace mqrig::client
