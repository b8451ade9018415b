#include <mqrig/client/open_batches.hpp>

namespace mqrig::client {

namespace {

// What waits in memory has a limit, however many topics there are.
constexpr std::size_t most_open = 4096;
// Of a PUBLISH beside topic, properties and payload: header, lengths, identifier, an expiry, the
// end of an array.
constexpr std::size_t most_overhead = 32;

std::string_view encoded(const wire::Properties& properties) {
  return wire::as_text(properties.encoded());
}

}  // namespace

void append_element(std::string& payload, store::Batch::Format format, wire::ByteView element,
                    bool first) {
  const bool array = format == store::Batch::Format::json_array;
  if (first) {
    if (array) payload += '[';
  } else {
    payload += array ? ',' : '\n';
  }
  payload += wire::as_text(element);
}

void finish_elements(std::string& payload, store::Batch::Format format) {
  payload += format == store::Batch::Format::json_array ? ']' : '\n';
}

OpenBatches::Entry* OpenBatches::find(std::string_view topic) {
  const auto entry = entries_.find(topic);
  return entry == entries_.end() ? nullptr : &entry->second;
}

OpenBatches::Entry* OpenBatches::in_the_way(const store::SpooledMessage& message,
                                            std::size_t largest_packet) {
  if (entries_.empty()) return nullptr;
  Entry* const entry = find(message.publish.topic);
  if (entry == nullptr) {
    const bool opens = message.batch.format != store::Batch::Format::none;
    return opens && entries_.size() >= most_open ? next_due() : nullptr;
  }
  const std::size_t size = entry->topic.size() + entry->properties.size() + entry->payload.size() +
                           message.publish.payload.size() + most_overhead;
  const bool fits = !full(*entry) && size <= largest_packet && entry->batch == message.batch &&
                    entry->qos == message.publish.qos && entry->retain == message.publish.retain &&
                    entry->properties == encoded(message.publish.properties);
  return fits ? nullptr : entry;
}

OpenBatches::Entry& OpenBatches::add(const store::SpooledMessage& message, Time now) {
  const InFlightTable::Message part{message.sequence, message.size()};
  Entry* entry = find(message.publish.topic);
  if (entry == nullptr) {
    entry = &entries_[std::string(message.publish.topic)];
    entry->topic = message.publish.topic;
    entry->properties = encoded(message.publish.properties);
    entry->qos = message.publish.qos;
    entry->retain = message.publish.retain;
    entry->batch = message.batch;
    entry->due = now + std::chrono::milliseconds(message.batch.linger);
    entry->messages.first = part;
    due_.emplace(entry->due, entry);
  } else {
    entry->messages.others.push_back(part);
  }
  if (message.expires_at != 0 &&
      (entry->expires_at == 0 || message.expires_at < entry->expires_at)) {
    entry->expires_at = message.expires_at;
  }
  append_element(entry->payload, entry->batch.format, message.publish.payload, entry->count == 0);
  ++entry->count;
  ++messages_;
  return *entry;
}

void OpenBatches::finish(Entry& entry) {
  finish_elements(entry.payload, entry.batch.format);
}

void OpenBatches::remove(Entry& entry) {
  messages_ -= entry.count;
  due_.erase({entry.due, &entry});
  entries_.erase(entries_.find(entry.topic));
}

OpenBatches::Entry* OpenBatches::next_due() {
  return due_.empty() ? nullptr : due_.begin()->second;
}

}  // namespace mqrig::client
