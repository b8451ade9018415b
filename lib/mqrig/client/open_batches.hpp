// Messages that are being joined into one.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>

#include <mqrig/client/in_flight_table.hpp>
#include <mqrig/store/spool.hpp>

namespace mqrig::client {

// A batch is of one topic, QoS, retain flag and set of properties. It is due when it has enough
// messages, or when its first message has waited long enough, or when a message of its topic does
// not fit into it.
class OpenBatches {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Entry {
    std::string topic;
    std::string payload;
    std::string properties;
    wire::QoS qos{};
    bool retain = false;
    store::Batch batch;
    std::int64_t expires_at = 0;  // the earliest of its messages
    Time due{};
    InFlightTable::Publication messages;
    std::uint32_t count = 0;
  };

  // The batch that has to leave before this message may be added: of the same topic, but full or of
  // another kind. Null: there is none.
  Entry* in_the_way(const store::SpooledMessage& message);
  // Adds a message of batch.format other than none.
  Entry& add(const store::SpooledMessage& message, Time now);
  bool full(const Entry& entry) const noexcept { return entry.count >= entry.batch.count; }
  // Closes the payload of a batch that leaves; it stays until remove().
  static void finish(Entry& entry);
  void remove(const Entry& entry);

  // The one that is due next; null when there is none.
  Entry* next_due();
  bool empty() const noexcept { return entries_.empty(); }
  std::uint64_t messages() const noexcept { return messages_; }

 private:
  Entry* find(std::string_view topic);

  std::list<Entry> entries_;  // few: one for each topic that has something to wait for
  std::uint64_t messages_ = 0;
};

// One payload of several, by format: the first element begins it, others continue it.
void append_element(std::string& payload, store::Batch::Format format, wire::ByteView element,
                    bool first);
void finish_elements(std::string& payload, store::Batch::Format format);

}  // namespace mqrig::client
