// What the two clients of the load program share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

#include <tests/bench/arrivals.hpp>
#include <tests/bench/stream.hpp>

namespace mqrig::bench {

inline constexpr std::size_t block_size = 64 * 1024;

// What a run of the load program does.
struct Plan {
  std::uint16_t port = 0;
  std::uint16_t subscriber_port = 0;  // of another broker, that a bridge joins to the first
  std::size_t publishers = 1;
  std::size_t subscribers = 1;
  bool pairs = false;  // publisher i publishes to subscriber i only
  wire::QoS qos = wire::QoS::at_most_once;
  std::uint64_t messages = 0;  // of each publisher
  std::size_t size = 16;       // of a payload, in bytes
  std::size_t window = 100;    // unacknowledged messages of a publisher, at QoS 1 and 2
  std::uint64_t credit = 0;    // messages of a publisher that are under way, 0: not bounded
  std::uint16_t receive_maximum = 65'535;  // of subscribers
  bool durable = false;                    // subscribers' sessions outlive their connections
  wire::Version version = wire::Version::mqtt_5;
  std::string topic;
};

// What both kinds share: CONNECT, and the order of reading and writing.
class LoadClient {
 public:
  LoadClient(const Plan& plan, std::uint16_t port, std::string client_id)
      : plan_(plan), stream_(port, block_size), client_id_(std::move(client_id)) {}
  virtual ~LoadClient() = default;

  Stream& stream() { return stream_; }
  // Connected, and for a subscriber subscribed.
  bool ready() const { return ready_; }
  // Nothing is left to do: all was sent and every exchange that began has ended.
  virtual bool idle() const = 0;

  // Both are false when the connection is over.
  bool readable() {
    return stream_.receive(plan_.version, [this](const wire::Frame& frame) { return take(frame); });
  }
  virtual bool writable() { return stream_.flush(); }

  void connect() {
    wire::PropertyWriter properties;
    properties.add(wire::PropertyId::receive_maximum, plan_.receive_maximum);
    if (keeps_session()) properties.add(wire::PropertyId::session_expiry_interval, 3600);
    wire::Connect packet;
    packet.version = plan_.version;
    packet.client_id = client_id_;
    packet.clean_start = plan_.version == wire::Version::mqtt_5 || !keeps_session();
    packet.keep_alive = 0;
    packet.properties = properties.view();
    encode(stream_.out(), packet);
  }

  void disconnect() {
    wire::PropertyWriter properties;
    if (keeps_session()) properties.add(wire::PropertyId::session_expiry_interval, 0);
    wire::Disconnect packet;
    packet.properties = properties.view();
    encode(stream_.out(), plan_.version, packet);
    stream_.flush();
  }

 protected:
  // False for a packet that has no place here.
  virtual bool take(const wire::Frame& frame) = 0;
  virtual bool keeps_session() const { return false; }

  bool take_connack(const wire::Frame& frame, wire::Connack& packet) {
    if (decode(frame, plan_.version, packet) != wire::Fault::none) return false;
    if (packet.reason != wire::ReasonCode::success) {
      std::fprintf(stderr, "load: the broker refuses: 0x%02X\n",
                   static_cast<unsigned>(packet.reason));
      return false;
    }
    return true;
  }

  void answer(wire::PacketType type, wire::PacketId packet_id) {
    wire::Ack ack;
    ack.type = type;
    ack.packet_id = packet_id;
    encode(stream_.out(), plan_.version, ack);
  }

  const Plan& plan_;
  Stream stream_;
  std::string client_id_;
  bool ready_ = false;
};

}  // namespace mqrig::bench
