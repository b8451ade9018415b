// A message on its way to one session, and the queue in which it waits.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <mqrig/broker/message.hpp>

namespace mqrig::broker {

class SharedGroup;

// Kept while the message waits in a queue, and while it is in flight if anybody has to know about
// it then: the store, or the shared subscription that would give it to another member. Otherwise
// the session's engine alone knows what is in flight.
struct Delivery {
  MessagePtr message;
  std::uint64_t sequence = 0;              // its number in the store, 0: it is not there
  std::shared_ptr<SharedGroup> group;      // of a shared subscription
  std::vector<std::uint32_t> identifiers;  // of the subscriptions that matched
  std::unique_ptr<Delivery> next;          // in the queue
  wire::QoS qos = wire::QoS::at_most_once;
  bool retain = false;

  // In flight, the engine carries the delivery as its token; 0 is none.
  std::uint64_t token() const noexcept { return reinterpret_cast<std::uintptr_t>(this); }
  static Delivery* of(std::uint64_t token) noexcept {
    return reinterpret_cast<Delivery*>(static_cast<std::uintptr_t>(token));
  }
};

// First in, first out. Owns no memory while it is empty.
class DeliveryQueue {
 public:
  DeliveryQueue() = default;
  DeliveryQueue(const DeliveryQueue&) = delete;
  DeliveryQueue& operator=(const DeliveryQueue&) = delete;
  ~DeliveryQueue() {
    while (!empty()) pop();  // one by one: a chain of destructors could be a million calls deep
  }

  bool empty() const noexcept { return first_ == nullptr; }
  std::uint32_t size() const noexcept { return size_; }
  std::size_t bytes() const noexcept { return bytes_; }
  const Delivery& front() const noexcept { return *first_; }
  Delivery* first() noexcept { return first_.get(); }  // null when empty

  void push(std::unique_ptr<Delivery> delivery) noexcept {
    ++size_;
    bytes_ += delivery->message->size();
    Delivery* last = delivery.get();
    (last_ == nullptr ? first_ : last_->next) = std::move(delivery);
    last_ = last;
  }

  std::unique_ptr<Delivery> pop() noexcept {
    std::unique_ptr<Delivery> delivery = std::move(first_);
    first_ = std::move(delivery->next);
    if (first_ == nullptr) last_ = nullptr;
    --size_;
    bytes_ -= delivery->message->size();
    return delivery;
  }

 private:
  std::unique_ptr<Delivery> first_;
  Delivery* last_ = nullptr;
  std::size_t bytes_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace mqrig::broker
