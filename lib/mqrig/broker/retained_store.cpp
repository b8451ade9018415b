#include <mqrig/broker/retained_store.hpp>

#include <utility>

namespace mqrig::broker {

std::uint32_t RetainedStore::name_of(std::string_view topic, std::uint32_t hash) const noexcept {
  return names_.find(hash, [&](std::uint32_t name) { return order_.topic(name) == topic; });
}

void RetainedStore::count_in(const Message& message) noexcept {
  ++size_;
  messages_bytes_ += heap_size(message.size());
  if (message.expires_at() != session::never) ++expiring_;
}

void RetainedStore::count_out(const Message& message) noexcept {
  --size_;
  messages_bytes_ -= heap_size(message.size());
  if (message.expires_at() != session::never) --expiring_;
}

MessagePtr RetainedStore::set(MessagePtr message) {
  const std::uint32_t hash = hash_(message->topic());
  const Message& added = *message;
  if (const std::uint32_t name = name_of(added.topic(), hash); name != TopicOrder::none) {
    count_out(*order_.message(name));
    std::swap(order_.message(name), message);
    count_in(added);
    return message;
  }
  names_.insert(hash, order_.insert(std::move(message), hash));
  count_in(added);
  return {};
}

MessagePtr RetainedStore::erase_name(std::uint32_t name) {
  if (swept_to_ == name) swept_to_ = order_.next(name);
  MessagePtr message = order_.message(name);
  names_.erase(order_.priority(name), name);
  order_.erase(name);
  count_out(*message);
  return message;
}

MessagePtr RetainedStore::erase(std::string_view topic) {
  const std::uint32_t name = name_of(topic, hash_(topic));
  return name != TopicOrder::none ? erase_name(name) : MessagePtr();
}

const MessagePtr* RetainedStore::find(std::string_view topic, session::Time now) const noexcept {
  const std::uint32_t name = name_of(topic, hash_(topic));
  if (name == TopicOrder::none || order_.message(name)->expired(now)) return nullptr;
  return &order_.message(name);
}

// The store is not empty.
std::uint32_t RetainedStore::next_to_sweep() noexcept {
  const std::uint32_t name = swept_to_ != TopicOrder::none ? swept_to_ : order_.lower_bound({});
  swept_to_ = order_.next(name);
  return name;
}

}  // namespace mqrig::broker
