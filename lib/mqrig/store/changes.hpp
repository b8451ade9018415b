// What was asked of the store since its last commit.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <mqrig/store/records.hpp>

namespace mqrig::store {

// Calls are written down as they come; settle() reduces them to their net effect, in the order of
// the rows on the disk. Messages and deliveries, of which there are many, are lists that are sorted
// then, and mostly are sorted already because numbers grow; of the rest the last word is kept.
class Changes {
 public:
  // A copy of the record, which owns its bytes.
  struct Message {
    MessageRecord record;
    std::unique_ptr<std::uint8_t[]> bytes;
  };
  struct Delivery {
    DeliveryRecord record;
    std::unique_ptr<std::uint8_t[]> bytes;
  };
  struct DeliveryChange {
    DeliveryKey key;
    std::optional<wire::PacketId> packet_id;
    bool released = false;
    bool removed = false;
  };
  struct Subscription {
    wire::Subscription options;  // without the filter
    std::uint32_t identifier = 0;
  };
  struct Received {
    std::uint64_t session = 0;
    wire::PacketId packet_id = 0;
    bool present = false;
  };
  using SubscriptionKey = std::pair<std::uint64_t, std::string>;

  void put(const SessionRecord& record);
  void remove_session(std::uint64_t id);
  void put(const SubscriptionRecord& record);
  void remove_subscription(std::uint64_t session, std::string_view filter);
  void put(const MessageRecord& record);
  void remove_message(std::uint64_t id) { removed_messages.push_back(id); }
  void put_retained(std::string_view topic, std::uint64_t message);
  void remove_retained(std::string_view topic);
  void put(const DeliveryRecord& record);
  void change(const DeliveryChange& change) {
    delivery_changes.push_back(change);
    urgent_ = urgent_ || !change.removed;
  }
  void set_received(std::uint64_t session, wire::PacketId packet_id, bool present) {
    received.push_back({session, packet_id, present});
    urgent_ = true;
  }

  void settle();
  bool empty() const noexcept;
  // False while only messages and deliveries have been removed.
  bool urgent() const noexcept { return urgent_; }
  void clear() noexcept;

  // For reading, after settle(): sorted, and free of what cancelled out. No value: removed.
  std::map<std::uint64_t, std::optional<SessionRecord>> sessions;
  std::map<SubscriptionKey, std::optional<Subscription>> subscriptions;
  std::vector<Message> messages;
  std::vector<std::uint64_t> removed_messages;
  std::map<std::string, std::optional<std::uint64_t>, std::less<>> retained;
  std::vector<Delivery> deliveries;
  std::vector<DeliveryChange> delivery_changes;
  std::vector<Received> received;

 private:
  bool session_is_removed(std::uint64_t id) const;
  void settle_deliveries();
  void settle_messages();
  void settle_received();

  bool urgent_ = false;
};

}  // namespace mqrig::store
