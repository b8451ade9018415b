#include <mqrig/load/tracker_table.hpp>

#include <utility>

namespace mqrig::load {

// Where the stream is, or the free place where it belongs.
std::size_t TrackerTable::find(std::uint32_t stream) const noexcept {
  const std::size_t mask = places_.size() - 1;
  std::size_t at = static_cast<std::size_t>(stream * 0x9E37'79B9'7F4A'7C15U >> shift_);
  while (places_[at].stream != stream && places_[at].stream != none) at = (at + 1) & mask;
  return at;
}

SequenceTracker& TrackerTable::of_many(std::uint32_t stream) {
  if (first_.stream == none) {
    first_.stream = stream;
    return first_.tracker;
  }
  if (places_.empty()) grow();
  std::size_t at = find(stream);
  if (places_[at].stream == none) {
    if (4 * (std::size_t{others_} + 1) > 3 * places_.size()) {
      grow();
      at = find(stream);
    }
    places_[at].stream = stream;
    ++others_;
  }
  return places_[at].tracker;
}

void TrackerTable::grow() {
  std::vector<Place> old(places_.empty() ? 4 : 2 * places_.size());
  old.swap(places_);
  shift_ = static_cast<std::uint8_t>(old.empty() ? 62 : shift_ - 1);
  for (Place& place : old) {
    if (place.stream != none) places_[find(place.stream)] = std::move(place);
  }
}

}  // namespace mqrig::load
