// Who is told what the broker does: the program's log.
#pragma once

#include <string_view>

#include <mqrig/wire/types.hpp>

namespace mqrig::broker {

enum class Direction : std::uint8_t { received, sent };

// Called from the event loop; calls nothing of the broker.
class Observer {
 public:
  // Something that the operator should know: a limit was reached, the state can't be saved.
  virtual void on_warning(std::string_view text) = 0;
  // With Settings::verbose: clients come and go, subscribe, are refused.
  virtual void on_activity(std::string_view text) = 0;
  // With Settings::trace: each packet of the client ("127.0.0.1:4711" before CONNECT, else its id).
  virtual void on_packet(std::string_view client, Direction direction, wire::Version version,
                         wire::ByteView packet) = 0;

 protected:
  ~Observer() = default;
};

}  // namespace mqrig::broker
