#include <mqrig/client/in_flight_table.hpp>

#include <mqrig/session/state_codec.hpp>

namespace mqrig::client {

namespace {

constexpr std::uint32_t most_entries = 65'536;

bool get_sequence(wire::ByteView& bytes, InFlightTable::Message& message) {
  return session::get_u64(bytes, message.sequence) && message.sequence != 0;
}

}  // namespace

void InFlightTable::add(Publication publication) {
  messages_ += 1 + publication.others.size();
  if (free_.empty()) {
    entries_.push_back(std::move(publication));
  } else {
    entries_[free_.back()] = std::move(publication);
    free_.pop_back();
  }
}

InFlightTable::Publication InFlightTable::take(std::uint64_t token) {
  Publication publication = std::exchange(entries_[token], {});
  messages_ -= 1 + publication.others.size();
  free_.push_back(static_cast<std::uint32_t>(token));
  return publication;
}

void InFlightTable::save(wire::Buffer& out) const {
  session::put_u32(out, static_cast<std::uint32_t>(size()));
  for (std::uint32_t token = 0; token < entries_.size(); ++token) {
    const Publication& publication = entries_[token];
    if (publication.first.sequence == 0) continue;
    session::put_u32(out, token);
    session::put_u32(out, static_cast<std::uint32_t>(publication.others.size()));
    session::put_u8(out, static_cast<std::uint8_t>(publication.qos));
    session::put_u8(out, publication.retain ? 1 : 0);
    session::put_u64(out, publication.first.sequence);
    for (const Message& message : publication.others) session::put_u64(out, message.sequence);
  }
}

bool InFlightTable::restore(wire::ByteView& bytes) {
  std::uint32_t count = 0;
  if (!session::get_u32(bytes, count) || count > most_entries) return false;
  for (; count > 0; --count) {
    std::uint32_t token = 0;
    std::uint32_t others = 0;
    std::uint8_t qos = 0;
    std::uint8_t retain = 0;
    Publication publication;
    if (!session::get_u32(bytes, token) || !session::get_u32(bytes, others) ||
        !session::get_u8(bytes, qos) || qos == 0 || qos > 2 || !session::get_u8(bytes, retain) ||
        !get_sequence(bytes, publication.first) || token >= most_entries ||
        others > bytes.size() / sizeof(std::uint64_t)) {
      return false;
    }
    publication.qos = static_cast<wire::QoS>(qos);
    publication.retain = retain != 0;
    publication.others.resize(others);
    for (Message& message : publication.others) {
      if (!get_sequence(bytes, message)) return false;
    }
    if (token >= entries_.size()) entries_.resize(token + 1);
    if (entries_[token].first.sequence != 0) return false;
    messages_ += 1 + others;
    entries_[token] = std::move(publication);
  }
  for (std::uint32_t token = 0; token < entries_.size(); ++token) {
    if (entries_[token].first.sequence == 0) free_.push_back(token);
  }
  return true;
}

}  // namespace mqrig::client
