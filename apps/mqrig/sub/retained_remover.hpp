#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mqrig/client/client.hpp>
#include <set>
#include <string>

namespace mqrig::sub {

/// Clears retained messages, by publishing empty ones in their place at QoS 1 if the
/// broker takes that.
class RetainedRemover {
 public:
  explicit RetainedRemover(client::Client& client) : client_(client) {}

  void remove(std::string_view topic);
  /// Sends what waits; call when the client is ready.
  void send();

  /// True for the empty message that comes back to a subscriber of what it clears.
  bool is_echo(const wire::Publish& message);

  /// The topic of a finished removal, for the message when it failed.
  std::string finished(std::uint64_t token);

  /// Nothing waits for the broker.
  bool done() const { return waiting_.empty() && sent_.empty(); }

 private:
  client::Client& client_;
  std::deque<std::string> waiting_;
  std::map<std::uint64_t, std::string> sent_;  // by token
  std::set<std::string, std::less<>> echoes_;
  std::uint64_t last_token_ = 0;
};

}  // namespace mqrig::sub
