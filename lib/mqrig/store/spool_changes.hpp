// What was asked of a spool since its last commit.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/store/spool.hpp>

namespace mqrig::store {

// Messages lie one behind the other in one buffer, which is used again after a commit; one that
// comes and goes in between is dropped from it.
class SpoolChanges {
 public:
  // Its content is at `offset` of the buffer: topic, payload, properties.
  struct Message {
    std::uint64_t sequence = 0;
    std::size_t offset = 0;
    std::uint32_t topic = 0;  // sizes in bytes
    std::uint32_t payload = 0;
    std::uint32_t properties = 0;
    std::uint8_t flags = 0;
    bool dropped = false;
    std::int64_t received_at = 0;
    std::int64_t expires_at = 0;
    std::int64_t batch = 0;

    std::uint64_t size() const noexcept { return std::uint64_t{topic} + payload + properties; }
  };
  struct Refusal {
    std::uint64_t sequence = 0;
    std::string reason;
    std::int64_t refused_at = 0;
  };
  struct Queue {
    std::vector<Message> appended;  // of growing sequence, without a gap
    std::vector<std::uint64_t> removed;
    std::vector<Refusal> refused;
    bool sorted = true;   // removed
    bool made = false;    // there is no row for it yet
    bool counted = true;  // its row holds its totals
  };
  struct State {
    std::vector<std::uint8_t> value;
    bool removed = false;
    bool changed = false;  // else it is what the file holds
  };

  // `made`: it has no row yet.
  void add_queue(bool made);
  // Returns what the message counts for in the totals.
  std::uint64_t append(Spool::QueueId queue, std::uint64_t sequence, const SpooledMessage& message);
  // False when it was appended and removed before.
  bool remove(Spool::QueueId queue, std::uint64_t sequence);
  void refuse(Spool::QueueId queue, Refusal refusal);
  void put_state(std::string_view name, wire::ByteView value);
  void remove_state(std::string_view name);

  // Was this message, which is in the file, removed?
  bool removed(Spool::QueueId queue, std::uint64_t sequence) {
    return !queues_[queue].removed.empty() && find_removed(queues_[queue], sequence);
  }
  static void sort_removed(Queue& queue);

  bool empty() const noexcept { return !urgent() && removals_ == 0 && made_ == 0; }
  bool urgent() const noexcept { return appended_ != 0 || states_changed_ != 0; }
  // All is in the file.
  void clear() noexcept;

  std::vector<Queue>& queues() noexcept { return queues_; }
  const std::map<std::string, State, std::less<>>& states() const noexcept { return states_; }
  const std::uint8_t* content(const Message& message) const noexcept {
    return buffer_.data() + message.offset;
  }

 private:
  static bool find_removed(Queue& queue, std::uint64_t sequence);
  static void push_removed(Queue& queue, std::uint64_t sequence);
  void drop_appended() noexcept;
  State& state(std::string_view name);

  std::vector<Queue> queues_;  // by their id
  std::vector<std::uint8_t> buffer_;
  std::map<std::string, State, std::less<>> states_;
  std::size_t appended_ = 0;  // and not dropped
  std::size_t removals_ = 0;
  std::size_t states_changed_ = 0;
  std::size_t made_ = 0;
};

}  // namespace mqrig::store
