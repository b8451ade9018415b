// What many clients wait for, in the order of time.
#pragma once

#include <functional>
#include <queue>
#include <vector>

#include <mqrig/session/time.hpp>

namespace mqrig::load {

class Client;

// A heap of (time, client): one timer serves all clients of a thread. A client that no longer waits
// stays in it: whoever is woken compares the time with what it waits for.
class WakeQueue {
 public:
  struct Wake {
    session::Time time;
    Client* client;

    bool operator>(const Wake& other) const noexcept { return time > other.time; }
  };

  void push(session::Time time, Client& client) { queue_.push({time, &client}); }
  // session::never when nobody waits.
  session::Time next() const noexcept {
    return queue_.empty() ? session::never : queue_.top().time;
  }
  Wake pop() {
    const Wake first = queue_.top();
    queue_.pop();
    return first;
  }

 private:
  std::priority_queue<Wake, std::vector<Wake>, std::greater<>> queue_;
};

}  // namespace mqrig::load
