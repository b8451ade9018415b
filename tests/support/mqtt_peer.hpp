// A raw MQTT client on a stream: says what the test wants, and shows what comes back.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/net/stream.hpp>
#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/encode.hpp>
#include <tests/support/packet_text.hpp>

namespace mqrig::test {

// Keeps no session state: identifiers are the test's business.
class MqttPeer final : private net::StreamHandler {
 public:
  MqttPeer(std::unique_ptr<net::Stream> stream, wire::Version version);
  ~MqttPeer();

  void send(wire::ByteView bytes);
  void send(const wire::Buffer& packet) { send(packet.view()); }
  // One packet each; version-dependent parts are left out below 5.0.
  void connect(wire::Connect packet);
  void publish(const wire::Publish& packet);
  void publish(std::string_view topic, std::string_view payload,
               wire::QoS qos = wire::QoS::at_most_once, wire::PacketId id = 0);
  void acknowledge(wire::PacketType type, wire::PacketId id,
                   wire::ReasonCode reason = wire::ReasonCode::success);
  void subscribe(std::initializer_list<wire::Subscription> entries,
                 wire::Properties properties = {}, wire::PacketId id = 1);
  void subscribe(std::string_view filter, wire::QoS qos = wire::QoS::at_most_once);
  void unsubscribe(std::initializer_list<std::string_view> filters, wire::PacketId id = 1);
  void ping();
  void disconnect(wire::ReasonCode reason = wire::ReasonCode::success,
                  wire::Properties properties = {});

  // Cuts the connection without a word.
  void cut() {
    ended_ = true;
    stream_->close();
  }
  // Does not take any more what the broker sends, or takes it again.
  void stop_reading() noexcept { reading_ = false; }
  void read_on();

  // The packets since the last call.
  Lines received();
  // How many PUBLISHs have come, over all calls; see `keep`.
  std::size_t messages() const noexcept { return messages_; }
  // The connection is over: the broker has ended it, or cut() was called.
  bool ended() const noexcept { return ended_; }
  std::size_t unsent() const noexcept { return out_.size(); }

  // PUBACK, PUBREC and PUBCOMP are sent as they are due.
  bool acknowledges = false;
  // false: packets are counted and forgotten, instead of kept for received().
  bool keep = true;

 private:
  void on_readable() override;
  void on_writable() override;
  void write();
  void take_frames();
  void answer(wire::ByteView packet);

  std::unique_ptr<net::Stream> stream_;
  wire::Version version_;
  wire::Buffer out_;
  wire::Buffer in_;        // a part of a packet
  wire::Buffer received_;  // whole packets
  std::size_t messages_ = 0;
  bool waiting_to_write_ = false;
  bool reading_ = true;
  bool ended_ = false;
};

}  // namespace mqrig::test
