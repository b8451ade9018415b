#include <mqrig/load/open_loop.hpp>

#include <mqrig/load/client.hpp>

namespace mqrig::load {

OpenLoop::OpenLoop(std::vector<Client*> clients, std::uint32_t group_size, std::uint64_t limit)
    : clients_(std::move(clients)), group_size_(group_size), limit_(limit) {}

void OpenLoop::begin(Schedule schedule) {
  schedule_ = std::move(schedule);
  round_ = 0;
  position_ = 0;
  for (Client* client : clients_) client->publisher()->first = client->publisher()->next;
  find_next();
}

void OpenLoop::advance() noexcept {
  if (++position_ == clients_.size()) {
    position_ = 0;
    ++round_;
  }
  find_next();
}

void OpenLoop::find_next() noexcept {
  next_due_ = session::never;
  if (clients_.empty()) return;
  const std::uint64_t message = round_ * group_size_ + clients_[position_]->number();
  if (limit_ == 0 || message < limit_) next_due_ = schedule_.due(message);
}

}  // namespace mqrig::load
