// A queue that ends with its process.
#pragma once

#include <deque>
#include <memory>

#include <mqrig/client/message_queue.hpp>

namespace mqrig::client {

// Holds messages until the client has them. One allocation for each that has to wait, none for
// those that don't.
class MemoryQueue final : public MessageQueue {
 public:
  std::uint64_t append(const store::SpooledMessage& message) override;
  std::uint64_t append_sent(const store::SpooledMessage&) override { return ++last_; }
  std::error_code read(std::uint64_t after, const Visitor& visit) override;
  bool find(std::uint64_t sequence, const Visitor& visit) override;
  void sent(std::uint64_t sequence) override;
  void remove(std::uint64_t sequence, std::uint64_t size) override;
  void refuse(std::uint64_t sequence, std::uint64_t size, std::string_view reason) override;

  std::uint64_t last_sequence() const noexcept override { return last_; }
  std::uint64_t messages() const noexcept override { return entries_.size(); }
  std::uint64_t bytes() const noexcept override { return bytes_; }

 private:
  struct Entry {
    store::SpooledMessage message;  // whose views are of `content`
    std::unique_ptr<char[]> content;
  };

  std::deque<Entry>::iterator first_after(std::uint64_t sequence);

  std::deque<Entry> entries_;  // by sequence
  std::uint64_t last_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace mqrig::client
