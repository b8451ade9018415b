// Which messages of a queue a publication on its way consists of.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/types.hpp>

namespace mqrig::client {

// One entry for each PUBLISH of QoS 1 or 2 that is not completed; its index is the token under
// which the client knows it. Indices are used again, so that there are never more than were in
// flight at once.
class InFlightTable {
 public:
  struct Message {
    std::uint64_t sequence = 0;
    std::uint64_t size = 0;
  };
  // A batch consists of several.
  struct Publication {
    Message first;
    std::vector<Message> others;
    wire::QoS qos = wire::QoS::at_least_once;  // as it was sent, which the broker may limit
    bool retain = false;
  };

  // The token that the next add() gives.
  std::uint64_t next_token() const noexcept {
    return free_.empty() ? entries_.size() : free_.back();
  }
  void add(Publication publication);
  // Gives the token free.
  Publication take(std::uint64_t token);
  bool contains(std::uint64_t token) const noexcept {
    return token < entries_.size() && entries_[token].first.sequence != 0;
  }
  const Publication& operator[](std::uint64_t token) const { return entries_[token]; }

  std::size_t size() const noexcept { return entries_.size() - free_.size(); }
  std::uint64_t messages() const noexcept { return messages_; }

  // As bytes, and back into an empty table. Sizes are not kept: fill them in with for_each(). False
  // when the bytes are damaged; takes what it reads off the front.
  void save(wire::Buffer& out) const;
  bool restore(wire::ByteView& bytes);

  template <typename Visitor>
  void for_each(Visitor visit) {
    for (Publication& publication : entries_) {
      if (publication.first.sequence == 0) continue;
      visit(publication.first);
      for (Message& message : publication.others) visit(message);
    }
  }

 private:
  std::vector<Publication> entries_;  // index: token; sequence 0: free
  std::vector<std::uint32_t> free_;
  std::uint64_t messages_ = 0;
};

}  // namespace mqrig::client
