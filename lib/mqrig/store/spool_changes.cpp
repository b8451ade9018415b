#include <mqrig/store/spool_changes.hpp>

#include <algorithm>
#include <cstring>

#include <mqrig/store/message_columns.hpp>

namespace mqrig::store {
namespace {

// What one huge commit needed is given back.
constexpr std::size_t kept_bytes = 4 * 1024 * 1024;

template <typename Value>
void clear_and_shrink(std::vector<Value>& values) noexcept {
  if (values.capacity() * sizeof(Value) > kept_bytes) {
    std::vector<Value>().swap(values);
  } else {
    values.clear();
  }
}

void append_bytes(std::vector<std::uint8_t>& buffer, wire::ByteView bytes) {
  buffer.insert(buffer.end(), bytes.begin(), bytes.end());
}

// All but Topic Alias, which belongs to the connection on which the message came.
void append_properties(std::vector<std::uint8_t>& buffer, const wire::Properties& properties) {
  const wire::ByteView encoded = properties.encoded();
  constexpr int alias = static_cast<int>(wire::PropertyId::topic_alias);
  // Most properties do not even contain the byte of the identifier.
  if (encoded.empty() || std::memchr(encoded.data(), alias, encoded.size()) == nullptr) {
    append_bytes(buffer, encoded);
    return;
  }
  const auto end = properties.end();
  for (auto at = properties.begin(); at != end;) {
    const bool wanted = at->id != wire::PropertyId::topic_alias;
    const wire::ByteView rest = at.rest();
    ++at;
    if (wanted) append_bytes(buffer, rest.first(rest.size() - at.rest().size()));
  }
}

}  // namespace

void SpoolChanges::add_queue(bool made) {
  queues_.emplace_back();
  queues_.back().made = made;
  queues_.back().counted = !made;
  if (made) ++made_;
}

std::uint64_t SpoolChanges::append(Spool::QueueId queue, std::uint64_t sequence,
                                   const SpooledMessage& message) {
  const wire::Publish& publish = message.publish;
  Message added;
  added.sequence = sequence;
  added.offset = buffer_.size();
  added.topic = static_cast<std::uint32_t>(publish.topic.size());
  added.payload = static_cast<std::uint32_t>(publish.payload.size());
  added.flags = flags_column(publish);
  added.received_at = message.received_at;
  added.expires_at = message.expires_at;
  added.batch = batch_column(message.batch);
  append_bytes(buffer_, wire::as_bytes(publish.topic));
  append_bytes(buffer_, publish.payload);
  const std::size_t before = buffer_.size();
  append_properties(buffer_, publish.properties);
  added.properties = static_cast<std::uint32_t>(buffer_.size() - before);
  Queue& changed = queues_[queue];
  changed.appended.push_back(added);
  changed.counted = false;
  ++appended_;
  return added.size();
}

bool SpoolChanges::remove(Spool::QueueId queue, std::uint64_t sequence) {
  Queue& changed = queues_[queue];
  if (changed.appended.empty() || sequence < changed.appended.front().sequence) {
    push_removed(changed, sequence);
    ++removals_;
    return true;
  }
  const std::uint64_t index = sequence - changed.appended.front().sequence;
  if (index >= changed.appended.size() || changed.appended[index].dropped) return false;
  changed.appended[index].dropped = true;
  if (--appended_ == 0) drop_appended();
  return true;
}

// A message that was just appended is written first, and moved then: that is rare.
void SpoolChanges::refuse(Spool::QueueId queue, Refusal refusal) {
  Queue& changed = queues_[queue];
  push_removed(changed, refusal.sequence);
  ++removals_;
  changed.refused.push_back(std::move(refusal));
}

// What the file holds already is no change: owners put the state of a session before each commit.
void SpoolChanges::put_state(std::string_view name, wire::ByteView value) {
  State& state = this->state(name);
  const bool known = state.changed || !state.value.empty() || state.removed;
  if (known && !state.removed && std::ranges::equal(state.value, value)) return;
  state.value.assign(value.begin(), value.end());
  state.removed = false;
  if (!state.changed) ++states_changed_;
  state.changed = true;
}

void SpoolChanges::remove_state(std::string_view name) {
  State& state = this->state(name);
  if (state.removed) return;
  state.value.clear();
  state.removed = true;
  if (!state.changed) ++states_changed_;
  state.changed = true;
}

SpoolChanges::State& SpoolChanges::state(std::string_view name) {
  const auto found = states_.find(name);
  return found != states_.end() ? found->second : states_[std::string(name)];
}

void SpoolChanges::push_removed(Queue& queue, std::uint64_t sequence) {
  queue.sorted = queue.sorted && (queue.removed.empty() || queue.removed.back() < sequence);
  queue.removed.push_back(sequence);
  queue.counted = false;
}

void SpoolChanges::sort_removed(Queue& queue) {
  if (!queue.sorted) std::sort(queue.removed.begin(), queue.removed.end());
  queue.sorted = true;
}

bool SpoolChanges::find_removed(Queue& queue, std::uint64_t sequence) {
  sort_removed(queue);
  return sequence <= queue.removed.back() &&
         std::binary_search(queue.removed.begin(), queue.removed.end(), sequence);
}

void SpoolChanges::drop_appended() noexcept {
  for (Queue& queue : queues_) clear_and_shrink(queue.appended);
  clear_and_shrink(buffer_);
  appended_ = 0;
}

void SpoolChanges::clear() noexcept {
  drop_appended();
  for (Queue& queue : queues_) {
    clear_and_shrink(queue.removed);
    queue.refused.clear();
    queue.sorted = true;
    queue.made = false;
    queue.counted = true;
  }
  if (states_changed_ != 0) {
    for (auto& entry : states_) entry.second.changed = false;
  }
  removals_ = 0;
  states_changed_ = 0;
  made_ = 0;
}

}  // namespace mqrig::store
