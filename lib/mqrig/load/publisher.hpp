// What a client that publishes keeps.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <string>

#include <mqrig/session/time.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::load {

class OpenLoop;

// A response that waits for its turn.
struct Response {
  std::string topic;
  std::string payload;
  wire::PropertyWriter properties;
  wire::QoS qos = wire::QoS::at_most_once;
};

struct Publisher {
  static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

  std::string topic;          // empty where messages differ in it
  std::uint64_t next = 0;     // the number of the next message
  std::uint64_t allowed = 0;  // and of the first that may not be sent yet: not due, or one too many
  std::uint64_t quota = unlimited;  // messages in all, in closed loop
  std::uint64_t first = 0;          // the next one when the present schedule began
  OpenLoop* open_loop =
      nullptr;  // null: as fast as the window, the think time and the broker allow
  session::Time think_until{};
  std::uint32_t outstanding = 0;  // requests without a response
  session::Time last_response{};
  std::deque<Response> responses;  // of a group that responds
  std::string response_topic;      // of a group that requests
  bool queued = false;             // for Client::pump()

  bool wants_to_publish() const noexcept { return next < allowed; }
};

}  // namespace mqrig::load
