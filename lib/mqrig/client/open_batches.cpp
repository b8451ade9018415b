#include <mqrig/client/open_batches.hpp>

#include <algorithm>

namespace mqrig::client {

namespace {

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
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& open) { return open.topic == topic; });
  return entry == entries_.end() ? nullptr : &*entry;
}

OpenBatches::Entry* OpenBatches::in_the_way(const store::SpooledMessage& message) {
  if (entries_.empty()) return nullptr;
  Entry* const entry = find(message.publish.topic);
  if (entry == nullptr) return nullptr;
  const bool fits = !full(*entry) && entry->batch == message.batch &&
                    entry->qos == message.publish.qos && entry->retain == message.publish.retain &&
                    entry->properties == encoded(message.publish.properties);
  return fits ? nullptr : entry;
}

OpenBatches::Entry& OpenBatches::add(const store::SpooledMessage& message, Time now) {
  const InFlightTable::Message part{message.sequence, message.size()};
  Entry* entry = find(message.publish.topic);
  if (entry == nullptr) {
    entry = &entries_.emplace_back();
    entry->topic = message.publish.topic;
    entry->properties = encoded(message.publish.properties);
    entry->qos = message.publish.qos;
    entry->retain = message.publish.retain;
    entry->batch = message.batch;
    entry->due = now + std::chrono::milliseconds(message.batch.linger);
    entry->messages.first = part;
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

void OpenBatches::remove(const Entry& entry) {
  messages_ -= entry.count;
  entries_.remove_if([&](const Entry& open) { return &open == &entry; });
}

OpenBatches::Entry* OpenBatches::next_due() {
  const auto entry = std::min_element(entries_.begin(), entries_.end(),
                                      [](const Entry& a, const Entry& b) { return a.due < b.due; });
  return entry == entries_.end() ? nullptr : &*entry;
}

}  // namespace mqrig::client
