#include <mqrig/client/memory_queue.hpp>

#include <algorithm>

namespace mqrig::client {

std::uint64_t MemoryQueue::append(const store::SpooledMessage& message) {
  const wire::Publish& publish = message.publish;
  const wire::ByteView properties = publish.properties.encoded();
  Entry entry{message, std::make_unique<char[]>(message.size())};
  char* const topic = entry.content.get();
  char* const payload = std::copy(publish.topic.begin(), publish.topic.end(), topic);
  char* const encoded = std::copy(publish.payload.begin(), publish.payload.end(), payload);
  std::copy(properties.begin(), properties.end(), encoded);
  entry.message.publish.topic = {topic, publish.topic.size()};
  entry.message.publish.payload = wire::as_bytes({payload, publish.payload.size()});
  entry.message.publish.properties = wire::Properties(wire::as_bytes({encoded, properties.size()}));
  entry.message.sequence = ++last_;
  bytes_ += message.size();
  entries_.push_back(std::move(entry));
  return last_;
}

std::deque<MemoryQueue::Entry>::iterator MemoryQueue::first_after(std::uint64_t sequence) {
  if (entries_.empty() || entries_.front().message.sequence > sequence) return entries_.begin();
  return std::upper_bound(
      entries_.begin(), entries_.end(), sequence,
      [](std::uint64_t bound, const Entry& entry) { return bound < entry.message.sequence; });
}

std::error_code MemoryQueue::read(std::uint64_t after, const Visitor& visit) {
  for (auto entry = first_after(after); entry != entries_.end(); ++entry) {
    if (!visit(entry->message)) break;
  }
  return {};
}

bool MemoryQueue::find(std::uint64_t sequence, const Visitor& visit) {
  const auto entry = first_after(sequence - 1);
  if (entry == entries_.end() || entry->message.sequence != sequence) return false;
  visit(entry->message);
  return true;
}

void MemoryQueue::sent(std::uint64_t sequence) {
  while (!entries_.empty() && entries_.front().message.sequence <= sequence) {
    bytes_ -= entries_.front().message.size();
    entries_.pop_front();
  }
}

// Sent ones are not here any more.
void MemoryQueue::remove(std::uint64_t sequence, std::uint64_t size) {
  const auto entry = first_after(sequence - 1);
  if (entry == entries_.end() || entry->message.sequence != sequence) return;
  bytes_ -= size;
  entries_.erase(entry);
}

void MemoryQueue::refuse(std::uint64_t sequence, std::uint64_t size, std::string_view) {
  remove(sequence, size);
}

}  // namespace mqrig::client
