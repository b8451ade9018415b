#include <mqrig/broker/topic_tree.hpp>

namespace mqrig::broker {

// Where in the subscriber's list the node is; `absent` when it is not there. Looks through the
// shorter of the two lists that know.
std::size_t TopicTree::place_of(std::uint32_t node, const Subscriber& subscriber) const noexcept {
  const auto& entries = nodes_[node].entries;
  const auto& places = subscriber.places_;
  if (entries.size() < places.size()) {
    for (const SubscriptionEntry& entry : entries) {
      if (entry.subscriber == &subscriber) return entry.place;
    }
  } else {
    for (std::size_t at = 0; at < places.size(); ++at) {
      if (places[at].node == node) return at;
    }
  }
  return absent;
}

bool TopicTree::insert(std::string_view filter, Subscriber& subscriber,
                       const SubscriptionOptions& options) {
  ++revision_;
  const std::uint32_t node = nodes_.find_or_add(filter);
  auto& entries = nodes_[node].entries;
  auto& places = subscriber.places_;
  if (const std::size_t place = place_of(node, subscriber); place != absent) {
    entries[places[place].entry].set(options);
    return false;
  }
  lists_memory_ -= entries.heap_bytes() + places.heap_bytes();
  SubscriptionEntry entry{};
  entry.subscriber = &subscriber;
  entry.place = static_cast<std::uint32_t>(places.size()) & 0x3FFF'FFFF;
  entry.set(options);
  places.reserve_one();
  entries.push_back(entry);
  places.push_back({node, static_cast<std::uint32_t>(entries.size() - 1)});
  lists_memory_ += entries.heap_bytes() + places.heap_bytes();
  ++size_;
  return true;
}

// Both lists close their gap with their last element, and tell its counterpart where it is now.
void TopicTree::erase_place(Subscriber& subscriber, std::size_t at) {
  ++revision_;
  auto& places = subscriber.places_;
  const Subscriber::Place place = places[at];
  auto& entries = nodes_[place.node].entries;
  lists_memory_ -= entries.heap_bytes() + places.heap_bytes();

  entries[place.entry] = entries.back();
  const SubscriptionEntry& moved_entry = entries[place.entry];
  moved_entry.subscriber->places_[moved_entry.place].entry = place.entry;
  entries.pop_back();

  places[at] = places.back();
  const Subscriber::Place moved_place = places[at];
  places.pop_back();
  if (at < places.size()) {
    nodes_[moved_place.node].entries[moved_place.entry].place =
        static_cast<std::uint32_t>(at) & 0x3FFF'FFFF;
  }

  lists_memory_ += entries.heap_bytes() + places.heap_bytes();
  --size_;
  nodes_.prune(place.node);
}

bool TopicTree::erase(std::string_view filter, Subscriber& subscriber) {
  const std::uint32_t node = nodes_.find(filter);
  if (node == TopicNodes::none) return false;
  const std::size_t place = place_of(node, subscriber);
  if (place == absent) return false;
  erase_place(subscriber, place);
  return true;
}

void TopicTree::erase_all(Subscriber& subscriber) {
  while (!subscriber.places_.empty()) erase_place(subscriber, subscriber.places_.size() - 1);
}

std::optional<SubscriptionOptions> TopicTree::find(std::string_view filter,
                                                   const Subscriber& subscriber) const {
  const std::uint32_t node = nodes_.find(filter);
  if (node == TopicNodes::none) return std::nullopt;
  const std::size_t place = place_of(node, subscriber);
  if (place == absent) return std::nullopt;
  return nodes_[node].entries[subscriber.places_[place].entry].options();
}

}  // namespace mqrig::broker
