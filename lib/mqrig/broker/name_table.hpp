// A hash table of 32-bit names whose keys lie elsewhere: it keeps a hash of each.
#pragma once

#include <cstdint>
#include <vector>

namespace mqrig::broker {

// Open addressing with linear probing, between 3/8 and 3/4 full; grows by half, so that much of
// its memory is used at any size. 0 is no name.
class NameTable {
 public:
  // The name with this hash for which same(name) holds; 0 when there is none.
  template <class Same>
  std::uint32_t find(std::uint32_t hash, Same same) const {
    if (places_.empty()) return 0;
    for (std::size_t at = home(hash); places_[at].name != 0; at = after(at)) {
      if (places_[at].hash == hash && same(places_[at].name)) return places_[at].name;
    }
    return 0;
  }

  // `name` is not in the table.
  void insert(std::uint32_t hash, std::uint32_t name);
  // `old` and the erased name are in the table, with this hash.
  void replace(std::uint32_t hash, std::uint32_t old, std::uint32_t name) noexcept;
  void erase(std::uint32_t hash, std::uint32_t name);

  // Calls visit(name) for each, in no order.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Place& place : places_) {
      if (place.name != 0) visit(place.name);
    }
  }

  std::size_t memory() const noexcept { return places_.capacity() * sizeof(Place); }

 private:
  struct Place {
    std::uint32_t hash = 0;
    std::uint32_t name = 0;
  };

  // Any number of places will do: the hash is scaled to it, not masked.
  std::size_t home(std::uint32_t hash) const noexcept {
    return static_cast<std::size_t>(std::uint64_t{hash} * places_.size() >> 32);
  }
  std::size_t after(std::size_t at) const noexcept { return at + 1 == places_.size() ? 0 : at + 1; }
  std::size_t distance(std::size_t from, std::size_t to) const noexcept {
    return to >= from ? to - from : to + places_.size() - from;
  }
  std::size_t place_of(std::uint32_t hash, std::uint32_t name) const noexcept;
  void put(Place place) noexcept;
  void resize(std::size_t places);

  std::vector<Place> places_;
  std::size_t size_ = 0;
};

}  // namespace mqrig::broker
