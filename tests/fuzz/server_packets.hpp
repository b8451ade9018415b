// What a server sent over its connections, judged as a strict client would.
#pragma once

#include <algorithm>
#include <set>

#include <mqrig/session/limits.hpp>
#include <mqrig/wire/decode.hpp>

#include <tests/fuzz/require.hpp>

namespace mqrig::fuzz {

class ServerPackets {
 public:
  // Until CONNECT is there, nothing but a refusal can be sent, in whatever form.
  void connection_opened() {
    stage_ = Stage::opened;
    in_flight_.clear();
  }
  void connect_received(wire::Version version, const session::Limits& limits, std::uint16_t window,
                        bool wants_texts) {
    version_ = version;
    limits_ = limits;
    limits_.receive_maximum = std::min(limits.receive_maximum, window);
    wants_texts_ = wants_texts;
    stage_ = Stage::deciding;
  }
  // The exchange of a message has ended.
  void completed(wire::PacketId id) { in_flight_.erase(id); }

  // What was sent since the last call.
  void check(wire::ByteView bytes) {
    while (!bytes.empty()) {
      wire::Frame frame;
      const wire::FrameResult result =
          wire::split_frame(bytes, wire::max_remaining_length + 5, frame);
      require(result.status == wire::FrameStatus::complete, "whole packets are sent");
      if (stage_ == Stage::opened) {
        check_refusal(frame);
      } else {
        check_frame(frame);
      }
      bytes = bytes.subspan(frame.size);
    }
  }

 private:
  enum class Stage { none, opened, deciding, running, ended };

  void check_refusal(const wire::Frame& frame) {
    require(frame.type() == wire::PacketType::connack, "a CONNECT that is refused gets CONNACK");
    const wire::Version version =
        frame.body.size() == 2 ? wire::Version::mqtt_3_1_1 : wire::Version::mqtt_5;
    wire::Connack connack;
    require(wire::decode(frame, version, connack) == wire::Fault::none, "CONNACK decodes");
    require(wire::is_error(connack.reason), "nobody is accepted unasked");
    stage_ = Stage::ended;
  }

  void check_frame(const wire::Frame& frame) {
    const bool connack = frame.type() == wire::PacketType::connack;
    const bool auth = frame.type() == wire::PacketType::auth && stage_ == Stage::deciding;
    require(auth || stage_ == (connack ? Stage::deciding : Stage::running),
            "CONNACK first, and once");
    require(frame.size <= limits_.maximum_packet_size, "no packet is too large");
    switch (frame.type()) {
      case wire::PacketType::connack: {
        wire::Connack packet;
        require(wire::decode(frame, version_, packet) == wire::Fault::none, "CONNACK decodes");
        stage_ = wire::is_error(packet.reason) ? Stage::ended : Stage::running;
        return;
      }
      case wire::PacketType::publish:
        return check_publish(frame);
      case wire::PacketType::puback:
      case wire::PacketType::pubrec:
      case wire::PacketType::pubrel:
      case wire::PacketType::pubcomp:
        return decodes<wire::Ack>(frame);
      case wire::PacketType::suback:
      case wire::PacketType::unsuback:
        return decodes<wire::SubscriptionAck>(frame);
      case wire::PacketType::pingresp:
        return require(wire::decode_ping(frame) == wire::Fault::none, "PINGRESP is empty");
      case wire::PacketType::auth: {
        wire::Auth packet;
        require(version_ == wire::Version::mqtt_5, "only 5.0 servers send AUTH");
        return require(wire::decode(frame, version_, packet) == wire::Fault::none, "AUTH decodes");
      }
      case wire::PacketType::disconnect: {
        wire::Disconnect packet;
        require(version_ == wire::Version::mqtt_5, "only 5.0 servers send DISCONNECT");
        require(wire::decode(frame, version_, packet) == wire::Fault::none, "DISCONNECT decodes");
        stage_ = Stage::ended;
        return;
      }
      default:
        require(false, "a server sends no such packet");
    }
  }

  template <class Packet>
  void decodes(const wire::Frame& frame) {
    Packet packet;
    require(wire::decode(frame, version_, packet) == wire::Fault::none, "what is sent decodes");
    require(wants_texts_ || packet.properties.empty(), "texts are sent to those who want them");
  }

  void check_publish(const wire::Frame& frame) {
    wire::Publish publish;
    require(wire::decode(frame, version_, publish) == wire::Fault::none, "PUBLISH decodes");
    require(publish.topic_alias <= limits_.topic_alias_maximum, "the alias is in range");
    if (publish.qos == wire::QoS::at_most_once) return;
    require(in_flight_.insert(publish.packet_id).second, "the identifier is not in use");
    require(in_flight_.size() <= limits_.receive_maximum, "the quota is kept");
  }

  wire::Version version_ = wire::Version::mqtt_5;
  Stage stage_ = Stage::none;
  session::Limits limits_;
  bool wants_texts_ = true;
  std::set<wire::PacketId> in_flight_;  // of this connection
};

}  // namespace mqrig::fuzz
