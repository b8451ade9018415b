// How an outbox is taken up by the next process.
#include <algorithm>

#include <mqrig/client/memory_queue.hpp>
#include <mqrig/client/outbox_impl.hpp>

namespace mqrig::client {

bool Outbox::Impl::save() {
  state_.clear();
  table_.save(state_);
  client_.save_session(state_);
  if (std::ranges::equal(state_.view(), saved_.view())) return false;
  spool_->put_state(state_name_, state_.view());
  std::swap(state_, saved_);
  return true;
}

std::error_code Outbox::Impl::restore() {
  std::error_code error;
  const std::optional<std::string> saved = spool_->state(state_name_, error);
  if (!saved) return error;
  wire::ByteView rest = wire::as_bytes(*saved);
  bool found = table_.restore(rest);
  table_.for_each([&](InFlightTable::Message& message) {
    restored_.push_back(message.sequence);
    found = found && queue_->find(message.sequence, [&](const Message& stored) {
      message.size = stored.size();
      return false;
    });
  });
  std::sort(restored_.begin(), restored_.end());
  const auto find = [this](std::uint64_t token, const Client::UsePublish& use) {
    return find_publication(token, use);
  };
  if (!found || !client_.restore_session(rest, find)) return store::Error::damaged;
  return {};
}

// A batch is made again as it was sent.
bool Outbox::Impl::find_publication(std::uint64_t token, const Client::UsePublish& use) {
  if (!table_.contains(token)) return false;
  const InFlightTable::Publication& publication = table_[token];
  const auto use_as_sent = [&](wire::Publish publish, std::int64_t expires_at) {
    publish.qos = publication.qos;
    publish.retain = publication.retain;
    update_expiry(publish, expires_at);
    use(publish);
  };
  MemoryQueue batch;  // of one message, that takes in the others
  const bool found = queue_->find(publication.first.sequence, [&](const Message& first) {
    if (first.batch.format == store::Batch::Format::none) {
      use_as_sent(first.publish, first.expires_at);
    } else {
      batch.append(first);
    }
    return false;
  });
  if (!found || batch.messages() == 0) return found;
  return batch.find(1, [&](const Message& first) {
    const store::Batch::Format format = first.batch.format;
    std::string payload;
    append_element(payload, format, first.publish.payload, true);
    for (const InFlightTable::Message& other : publication.others) {
      queue_->find(other.sequence, [&](const Message& message) {
        append_element(payload, format, message.publish.payload, false);
        return false;
      });
    }
    finish_elements(payload, format);
    wire::Publish joined = first.publish;
    joined.payload = wire::as_bytes(payload);
    use_as_sent(joined, first.expires_at);
    return false;
  });
}

bool Outbox::Impl::in_flight_since_restore(std::uint64_t sequence) const noexcept {
  return !restored_.empty() && sequence <= restored_.back() &&
         std::binary_search(restored_.begin(), restored_.end(), sequence);
}

}  // namespace mqrig::client
