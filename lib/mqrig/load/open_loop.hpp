// The messages of one group that are due, one after the other.
#pragma once

#include <cstdint>
#include <vector>

#include <mqrig/load/schedule.hpp>

namespace mqrig::load {

class Client;

// Messages go round the clients of the group. Those of a shard are a part of them; each knows from
// its number which of the group's messages are its own, so that shards need not speak to each
// other, and the next one that is due is found without a search.
class OpenLoop {
 public:
  // `clients`: those of the shard, by number; `group_size`: all of the group; `limit`: messages of
  // the group in all, 0 for any number.
  OpenLoop(std::vector<Client*> clients, std::uint32_t group_size, std::uint64_t limit);

  void begin(Schedule schedule);
  void end() noexcept { next_due_ = session::never; }

  // Of the next message; session::never when there are no more.
  session::Time next_due() const noexcept { return next_due_; }
  // Whose it is. Call advance() after it.
  Client& next_client() const noexcept { return *clients_[position_]; }
  void advance() noexcept;

  // When a client's message with this number, from the begin of the schedule on, was due.
  session::Time due(std::uint32_t client, std::uint64_t message) const noexcept {
    return schedule_.due(message * group_size_ + client);
  }

 private:
  void find_next() noexcept;

  std::vector<Client*> clients_;
  std::uint32_t group_size_;
  std::uint64_t limit_;
  Schedule schedule_;
  std::uint64_t round_ = 0;
  std::size_t position_ = 0;
  session::Time next_due_ = session::never;
};

}  // namespace mqrig::load
