#include <mqrig/session/packet_id_set.hpp>

#include <bit>

namespace mqrig::session {

namespace {
constexpr std::size_t smallest = 8;
}

std::size_t PacketIdSet::home(wire::PacketId id) const noexcept {
  // Identifiers are mostly consecutive. The golden ratio keeps those apart, and so keeps the runs
  // short that erase() has to look through.
  return (id * 0x9E37'79B9U) >> shift_;
}

std::size_t PacketIdSet::find(wire::PacketId id) const noexcept {
  std::size_t place = home(id);
  while (places_[place] != id && places_[place] != 0) place = (place + 1) & (places_.size() - 1);
  return place;
}

bool PacketIdSet::contains(wire::PacketId id) const noexcept {
  return size_ != 0 && places_[find(id)] == id;
}

bool PacketIdSet::insert(wire::PacketId id) {
  if (places_.size() < 2 * (std::size_t{size_} + 1)) grow();
  const std::size_t place = find(id);
  if (places_[place] == id) return false;
  places_[place] = id;
  ++size_;
  return true;
}

bool PacketIdSet::erase(wire::PacketId id) noexcept {
  if (size_ == 0) return false;
  const std::size_t mask = places_.size() - 1;
  std::size_t hole = find(id);
  if (places_[hole] != id) return false;
  places_[hole] = 0;
  --size_;
  // Close the hole: a member further on moves back unless its home lies between the hole and
  // itself.
  for (std::size_t next = (hole + 1) & mask; places_[next] != 0; next = (next + 1) & mask) {
    if (((next - home(places_[next])) & mask) >= ((next - hole) & mask)) {
      places_[hole] = places_[next];
      places_[next] = 0;
      hole = next;
    }
  }
  return true;
}

void PacketIdSet::clear() noexcept {
  places_ = {};
  size_ = 0;
}

void PacketIdSet::grow() {
  std::vector<wire::PacketId> old(places_.empty() ? smallest : places_.size() * 2);
  old.swap(places_);
  shift_ = static_cast<std::uint8_t>(33 - std::bit_width(places_.size()));
  for (wire::PacketId id : old) {
    if (id != 0) places_[find(id)] = id;
  }
}

}  // namespace mqrig::session
