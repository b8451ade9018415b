#include <mqrig/broker/name_table.hpp>

#include <algorithm>

namespace mqrig::broker {

namespace {
constexpr std::size_t smallest = 16;
}

std::size_t NameTable::place_of(std::uint32_t hash, std::uint32_t name) const noexcept {
  std::size_t at = home(hash);
  while (places_[at].name != name) at = after(at);
  return at;
}

void NameTable::put(Place place) noexcept {
  std::size_t at = home(place.hash);
  while (places_[at].name != 0) at = after(at);
  places_[at] = place;
}

void NameTable::insert(std::uint32_t hash, std::uint32_t name) {
  if ((size_ + 1) * 4 > places_.size() * 3) {
    resize(std::max(smallest, places_.size() + places_.size() / 2));
  }
  put({hash, name});
  ++size_;
}

void NameTable::replace(std::uint32_t hash, std::uint32_t old, std::uint32_t name) noexcept {
  places_[place_of(hash, old)].name = name;
}

void NameTable::erase(std::uint32_t hash, std::uint32_t name) {
  std::size_t hole = place_of(hash, name);
  places_[hole].name = 0;
  --size_;
  // Close the hole: one further on moves back unless its home lies between the hole and itself.
  for (std::size_t next = after(hole); places_[next].name != 0; next = after(next)) {
    if (distance(home(places_[next].hash), next) >= distance(hole, next)) {
      places_[hole] = places_[next];
      places_[next].name = 0;
      hole = next;
    }
  }
  if (places_.size() > smallest && size_ * 8 < places_.size() * 3) {
    resize(std::max(smallest, size_ * 2));
  }
}

void NameTable::resize(std::size_t places) {
  std::vector<Place> old(places);
  old.swap(places_);
  for (const Place& place : old) {
    if (place.name != 0) put(place);
  }
}

}  // namespace mqrig::broker
