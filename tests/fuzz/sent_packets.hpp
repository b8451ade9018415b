// What a client sent over its connections, judged as a strict server would.
#pragma once

#include <set>

#include <mqrig/session/limits.hpp>
#include <mqrig/wire/decode.hpp>

#include <tests/fuzz/require.hpp>

namespace mqrig::fuzz {

class SentPackets {
 public:
  void connection_opened(wire::Version version) {
    version_ = version;
    stage_ = Stage::opened;
    in_flight_.clear();
  }
  // The exchange of a message has ended.
  void completed(wire::PacketId id) { in_flight_.erase(id); }

  // What was sent since the last call; `limits` are those of a connection that still stands.
  void check(wire::ByteView bytes, const session::Limits& limits) {
    limits_ = limits;
    while (!bytes.empty()) {
      wire::Frame frame;
      const wire::FrameResult result =
          wire::split_frame(bytes, wire::max_remaining_length + 5, frame, version_);
      require(result.status == wire::FrameStatus::complete, "whole packets are sent");
      check_frame(frame);
      bytes = bytes.subspan(frame.size);
    }
  }

 private:
  enum class Stage { none, opened, running, disconnected };

  void check_frame(const wire::Frame& frame) {
    const bool connect = frame.type() == wire::PacketType::connect;
    require(stage_ == (connect ? Stage::opened : Stage::running), "CONNECT first, DISCONNECT last");
    switch (frame.type()) {
      case wire::PacketType::connect:
        stage_ = Stage::running;
        return decodes<wire::Connect>(frame);
      case wire::PacketType::publish:
        return check_publish(frame);
      case wire::PacketType::puback:
      case wire::PacketType::pubrec:
      case wire::PacketType::pubrel:
      case wire::PacketType::pubcomp:
        return decodes<wire::Ack>(frame);
      case wire::PacketType::subscribe:
        return decodes<wire::Subscribe>(frame);
      case wire::PacketType::unsubscribe:
        return decodes<wire::Unsubscribe>(frame);
      case wire::PacketType::pingreq:
        return require(wire::decode_ping(frame) == wire::Fault::none, "PINGREQ is empty");
      case wire::PacketType::disconnect:
        stage_ = Stage::disconnected;
        return decodes<wire::Disconnect>(frame);
      case wire::PacketType::auth:
        return decodes<wire::Auth>(frame);
      default:
        require(false, "a client sends no such packet");
    }
  }

  template <class Packet>
  void decodes(const wire::Frame& frame) {
    Packet packet;
    if constexpr (std::is_same_v<Packet, wire::Connect>) {
      require(wire::decode(frame, packet) == wire::Fault::none, "CONNECT decodes");
    } else {
      require(wire::decode(frame, version_, packet) == wire::Fault::none, "what is sent decodes");
    }
  }

  void check_publish(const wire::Frame& frame) {
    wire::Publish publish;
    require(wire::decode(frame, version_, publish) == wire::Fault::none, "PUBLISH decodes");
    require(frame.size <= limits_.maximum_packet_size, "PUBLISH is not too large");
    require(publish.qos <= limits_.maximum_qos, "the QoS is supported");
    require(!publish.retain || limits_.retain_available, "retain is supported");
    require(publish.topic_alias <= limits_.topic_alias_maximum, "the alias is in range");
    if (publish.qos == wire::QoS::at_most_once) return;
    require(in_flight_.insert(publish.packet_id).second, "the identifier is not in use");
    require(in_flight_.size() <= limits_.receive_maximum, "the quota is kept");
  }

  wire::Version version_ = wire::Version::mqtt_5;
  Stage stage_ = Stage::none;
  session::Limits limits_;
  std::set<wire::PacketId> in_flight_;  // of this connection
};

}  // namespace mqrig::fuzz
