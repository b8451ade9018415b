// What the broker counts.
#pragma once

#include <cstddef>
#include <cstdint>

#include <mqrig/broker/made_faults.hpp>

namespace mqrig::broker {

// Since the start, unless it says "now".
struct Statistics {
  std::uint64_t packets_received = 0;  // of every type
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t publish_received = 0;  // PUBLISH packets
  std::uint64_t publish_sent = 0;
  std::uint64_t publish_bytes_received = 0;  // of their payloads
  std::uint64_t publish_bytes_sent = 0;
  std::uint64_t dropped_qos_0 = 0;  // a subscriber was too slow
  std::uint64_t dropped_queue = 0;  // a session's queue was full
  std::uint64_t dropped_expired = 0;
  std::uint64_t dropped_size = 0;       // larger than the client's Maximum Packet Size
  std::uint64_t connections = 0;        // accepted by CONNACK
  std::uint64_t sockets = 0;            // network connections
  std::uint64_t tls_sockets = 0;        // of listeners with TLS
  std::uint64_t web_sockets = 0;        // of listeners with WebSocket
  std::uint64_t failed_handshakes = 0;  // of TLS, WebSocket or the PROXY protocol
  std::uint64_t refused = 0;  // CONNECTs answered with an error, connections over the limit
  std::uint64_t sessions_expired = 0;
  std::uint64_t faults = 0;  // connections ended for a fault of the client
  // On purpose. What is sent is counted above as if there were none of them: packets that vanish
  // count as sent, and copies do not.
  MadeFaults made;

  std::size_t clients_now = 0;   // connected
  std::size_t clients_most = 0;  // connected at the same time
  std::size_t sessions_now = 0;  // connected or not
  std::size_t subscriptions_now = 0;
  std::size_t shared_now = 0;  // subscriptions among them that are shared
  std::size_t retained_now = 0;
  std::size_t retained_bytes_now = 0;
  std::size_t queued_now = 0;  // messages waiting in sessions' queues
  std::size_t queued_bytes_now = 0;

  // Messages that did not reach a subscriber.
  std::uint64_t dropped() const noexcept {
    return dropped_qos_0 + dropped_queue + dropped_expired + dropped_size;
  }
};

}  // namespace mqrig::broker
