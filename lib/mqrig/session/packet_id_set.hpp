// A set of packet identifiers that owns no memory while it is empty.
#pragma once

#include <cstdint>
#include <vector>

#include <mqrig/wire/types.hpp>

namespace mqrig::session {

// Open addressing with linear probing over a power of two, at most half of it used; 0, which is no
// packet identifier, marks a free place. At most 65,535 members, four to eight bytes each.
class PacketIdSet {
 public:
  // False when it was there already.
  bool insert(wire::PacketId id);
  // False when it was not there.
  bool erase(wire::PacketId id) noexcept;
  bool contains(wire::PacketId id) const noexcept;
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  void clear() noexcept;

  // Calls visit(PacketId) for each member, in no order.
  template <typename Visitor>
  void for_each(Visitor visit) const {
    for (wire::PacketId id : places_) {
      if (id != 0) visit(id);
    }
  }

 private:
  std::size_t home(wire::PacketId id) const noexcept;
  std::size_t find(wire::PacketId id) const noexcept;
  void grow();

  std::vector<wire::PacketId> places_;
  std::uint32_t size_ = 0;
  std::uint8_t shift_ = 32;  // less the binary logarithm of the number of places
};

}  // namespace mqrig::session
