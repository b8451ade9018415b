// What a broker allows, announces and keeps.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <mqrig/broker/faults.hpp>

namespace mqrig::broker {

// What happens to a QoS 1 or 2 message for a session whose queue is full.
enum class QueueFull : std::uint8_t {
  drop_oldest,
  drop_newest,
  disconnect,  // the client is sent DISCONNECT with 0x97, and the newest message is dropped
};

// Bounds, so that no client can take more than its share.
struct Limits {
  std::uint32_t connections = 0;  // clients at once; 0: as many as descriptors allow
  std::uint32_t packet_size = 100 * 1024 * 1024;      // bytes of a whole packet from a client
  std::chrono::milliseconds connect_timeout{10'000};  // until the whole CONNECT is there
  std::uint16_t receive_maximum = 1000;               // QoS 1 and 2 messages from a 5.0 client
  std::uint16_t inflight = 1000;  // to a client, within its Receive Maximum; at least 1
  std::uint16_t topic_aliases = 10;
  std::uint32_t queued_messages = 10'000;                // of a session
  std::size_t queued_bytes = 64 * 1024 * 1024;           // of a session
  std::size_t queued_bytes_in_all = 1024 * 1024 * 1024;  // of all sessions together
  std::size_t output_bytes = 4 * 1024 * 1024;  // of a connection: beyond it QoS 0 is dropped
  std::uint32_t sessions = 1'000'000;          // with a connection or without; 0: any number
  std::uint32_t subscriptions = 100'000;       // of a session
  std::size_t retained_messages = 1'000'000;
  std::size_t retained_bytes = 1024 * 1024 * 1024;
  std::uint16_t topic_levels = 200;           // of names and filters
  std::uint16_t keep_alive = 0;               // seconds, the longest a client may have; 0: any
  std::uint32_t session_expiry = 0xFFFFFFFF;  // seconds, the longest; the default is for ever
  QueueFull queue_full = QueueFull::drop_oldest;
};

struct Settings {
  Limits limits;
  bool allow_anonymous = true;  // clients without a user name; with a password file they need one
  std::chrono::milliseconds sys_interval{10'000};  // between updates of $SYS; 0: no $SYS
  FaultSettings faults;
  bool fault_control = false;  // faults may be changed over the topic $CONTROL/mqrig/chaos
  // On listeners with TLS the name that a client has proved (Stream::peer_identity()) is its user
  // name, whatever CONNECT says, and no password is asked for. Without such a name: refused.
  bool identity_is_user_name = false;
  bool trace = false;    // call Observer::on_packet()
  bool verbose = false;  // call Observer::on_activity()
};

}  // namespace mqrig::broker
