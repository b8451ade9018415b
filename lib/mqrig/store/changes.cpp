#include <mqrig/store/changes.hpp>

#include <algorithm>
#include <cstring>
#include <tuple>

namespace mqrig::store {
namespace {

auto order(const DeliveryKey& key) {
  return std::tie(key.message, key.session, key.sequence);
}

// Stable, and free when the order is right already.
template <typename Row, typename Key>
void sort_by(std::vector<Row>& rows, Key key) {
  const auto less = [&](const Row& left, const Row& right) { return key(left) < key(right); };
  if (!std::is_sorted(rows.begin(), rows.end(), less)) {
    std::stable_sort(rows.begin(), rows.end(), less);
  }
}

// Removes the rows for which gone(row) is true.
template <typename Row, typename Gone>
void drop(std::vector<Row>& rows, Gone gone) {
  rows.erase(std::remove_if(rows.begin(), rows.end(), gone), rows.end());
}

wire::ByteView copy(wire::ByteView bytes, std::uint8_t*& to) {
  if (bytes.empty()) return {};
  std::uint8_t* const begin = to;
  std::memcpy(begin, bytes.data(), bytes.size());
  to += bytes.size();
  return {begin, bytes.size()};
}

// Answers "is this id in the list?" for ids that come in ascending order.
class Walk {
 public:
  explicit Walk(const std::vector<std::uint64_t>& sorted)
      : at_(sorted.begin()), end_(sorted.end()) {}

  bool contains(std::uint64_t id) {
    while (at_ != end_ && *at_ < id) ++at_;
    return at_ != end_ && *at_ == id;
  }

 private:
  std::vector<std::uint64_t>::const_iterator at_;
  std::vector<std::uint64_t>::const_iterator end_;
};

}  // namespace

void Changes::put(const SessionRecord& record) {
  urgent_ = true;
  sessions.insert_or_assign(record.id, record);
}

void Changes::remove_session(std::uint64_t id) {
  urgent_ = true;
  sessions.insert_or_assign(id, std::nullopt);
}

void Changes::put(const SubscriptionRecord& record) {
  urgent_ = true;
  Subscription value{record.subscription, record.identifier};
  value.options.filter = {};
  subscriptions.insert_or_assign({record.session, std::string(record.subscription.filter)}, value);
}

void Changes::remove_subscription(std::uint64_t session, std::string_view filter) {
  urgent_ = true;
  subscriptions.insert_or_assign({session, std::string(filter)}, std::nullopt);
}

void Changes::put(const MessageRecord& record) {
  urgent_ = true;
  Message message{record,
                  std::make_unique_for_overwrite<std::uint8_t[]>(
                      record.topic.size() + record.payload.size() + record.properties.size())};
  std::uint8_t* to = message.bytes.get();
  message.record.topic = wire::as_text(copy(wire::as_bytes(record.topic), to));
  message.record.payload = copy(record.payload, to);
  message.record.properties = copy(record.properties, to);
  messages.push_back(std::move(message));
}

void Changes::put_retained(std::string_view topic, std::uint64_t message) {
  urgent_ = true;
  retained.insert_or_assign(std::string(topic), message);
}

void Changes::remove_retained(std::string_view topic) {
  urgent_ = true;
  retained.insert_or_assign(std::string(topic), std::nullopt);
}

void Changes::put(const DeliveryRecord& record) {
  urgent_ = true;
  Delivery delivery{record, nullptr};
  if (!record.identifiers.empty()) {
    delivery.bytes = std::make_unique_for_overwrite<std::uint8_t[]>(record.identifiers.size());
    std::uint8_t* to = delivery.bytes.get();
    delivery.record.identifiers = copy(record.identifiers, to);
  }
  deliveries.push_back(std::move(delivery));
}

void Changes::settle() {
  sort_by(removed_messages, [](std::uint64_t id) { return id; });
  removed_messages.erase(std::unique(removed_messages.begin(), removed_messages.end()),
                         removed_messages.end());
  settle_deliveries();
  settle_messages();
  settle_received();
  std::erase_if(subscriptions, [this](const auto& entry) {
    return entry.second && session_is_removed(entry.first.first);
  });
}

// Changes of one delivery become one; it is applied to the delivery itself when that is new. A
// removed message takes its deliveries along.
void Changes::settle_deliveries() {
  sort_by(deliveries, [](const Delivery& delivery) { return order(delivery.record.key); });
  sort_by(delivery_changes, [](const DeliveryChange& change) { return order(change.key); });
  auto kept = delivery_changes.begin();
  auto added = deliveries.begin();
  Walk removed(removed_messages);
  for (auto at = delivery_changes.begin(); at != delivery_changes.end();) {
    DeliveryChange net = *at;
    for (++at; at != delivery_changes.end() && at->key == net.key; ++at) {
      if (at->packet_id) net.packet_id = at->packet_id;
      net.released = net.released || at->released;
      net.removed = net.removed || at->removed;
    }
    while (added != deliveries.end() && order(added->record.key) < order(net.key)) ++added;
    if (added != deliveries.end() && added->record.key == net.key) {
      if (net.packet_id) added->record.packet_id = *net.packet_id;
      added->record.released = added->record.released || net.released;
      if (net.removed) added->record.qos = wire::QoS::at_most_once;  // which no delivery has
    } else if (!removed.contains(net.key.message)) {
      *kept++ = net;
    }
  }
  delivery_changes.erase(kept, delivery_changes.end());
  Walk walk(removed_messages);
  drop(deliveries, [&](const Delivery& delivery) {
    return delivery.record.qos == wire::QoS::at_most_once ||
           walk.contains(delivery.record.key.message) ||
           session_is_removed(delivery.record.key.session);
  });
}

void Changes::settle_messages() {
  sort_by(messages, [](const Message& message) { return message.record.id; });
  auto added = messages.begin();
  drop(removed_messages, [&](std::uint64_t id) {
    while (added != messages.end() && added->record.id < id) ++added;
    if (added == messages.end() || added->record.id != id) return false;
    added->bytes.reset();
    return true;
  });
  drop(messages, [](const Message& message) { return message.bytes == nullptr; });
}

void Changes::settle_received() {
  const auto key = [](const Received& row) { return std::pair(row.session, row.packet_id); };
  sort_by(received, key);
  auto kept = received.begin();
  for (auto at = received.begin(); at != received.end(); ++at) {
    const auto next = at + 1;
    if (next != received.end() && key(*next) == key(*at)) continue;
    if (!session_is_removed(at->session)) *kept++ = *at;
  }
  received.erase(kept, received.end());
}

bool Changes::session_is_removed(std::uint64_t id) const {
  if (sessions.empty()) return false;
  const auto found = sessions.find(id);
  return found != sessions.end() && !found->second;
}

bool Changes::empty() const noexcept {
  return sessions.empty() && subscriptions.empty() && messages.empty() &&
         removed_messages.empty() && retained.empty() && deliveries.empty() &&
         delivery_changes.empty() && received.empty();
}

void Changes::clear() noexcept {
  sessions.clear();
  subscriptions.clear();
  messages.clear();
  removed_messages.clear();
  retained.clear();
  deliveries.clear();
  delivery_changes.clear();
  received.clear();
  urgent_ = false;
}

}  // namespace mqrig::store
