// Messages for one subscriber, as fast as it takes them: text, or with the stamps of a load test.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <mqrig/load/stamp.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::bench {

class Source {
 public:
  struct Settings {
    std::uint64_t messages = 0;    // in all
    std::uint64_t size = 16;       // of a payload, in bytes; with stamps at least load::Stamp::size
    std::uint64_t publishers = 1;  // streams, in turn
    std::uint64_t run = 0;         // whose stamps they have; 0: none
    wire::QoS qos = wire::QoS::at_most_once;  // at most
  };

  // At most `window` messages of QoS 1 and 2 are unacknowledged at a time.
  Source(const Settings& settings, wire::Version version, wire::QoS qos, std::string_view topic,
         std::uint32_t window)
      : messages_(settings.messages),
        publishers_(settings.publishers),
        window_(window),
        acknowledged_each_(qos != wire::QoS::at_most_once),
        stamped_(settings.run != 0),
        codec_(settings.run) {
    std::string payload;
    while (payload.size() < settings.size) payload += "0123456789abcdef";
    payload.resize(settings.size);
    if (stamped_) {
      digest_ = load::StampCodec::digest(wire::as_bytes(payload).subspan(load::Stamp::size));
    }
    wire::Publish publish;
    publish.topic = topic;
    publish.payload = wire::as_bytes(payload);
    publish.qos = qos;
    publish.packet_id = acknowledged_each_ ? 1 : 0;
    encode(packet_, version, publish);
    payload_at_ = packet_.size() - payload.size();
    // Between the identifier and the payload 5.0 has the length of no properties.
    packet_id_at_ = payload_at_ - (version == wire::Version::mqtt_5 ? 3 : 2);
  }

  std::uint64_t sent() const { return sent_; }
  bool may_send() const {
    return sent_ != messages_ && (!acknowledged_each_ || in_flight_ < window_);
  }
  void acknowledged() { --in_flight_; }

  // Appends what may leave, until `out` holds `most` bytes.
  void fill(wire::Buffer& out, std::size_t most) {
    if (!may_send()) return;
    load::Stamp stamp;
    stamp.time =
        std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
    for (; may_send() && out.size() < most; ++sent_) {
      std::uint8_t* packet = out.prepare(packet_.size());
      std::memcpy(packet, packet_.data(), packet_.size());
      if (acknowledged_each_) {
        packet_id_ = packet_id_ == 65'535 ? wire::PacketId{1} : wire::PacketId(packet_id_ + 1);
        packet[packet_id_at_] = static_cast<std::uint8_t>(packet_id_ >> 8U);
        packet[packet_id_at_ + 1] = static_cast<std::uint8_t>(packet_id_);
        ++in_flight_;
      }
      if (stamped_) {
        stamp.stream = static_cast<std::uint32_t>(sent_ % publishers_);
        stamp.number = sent_ / publishers_;
        codec_.write(packet + payload_at_, stamp, digest_);
      }
      out.commit(packet_.size());
    }
  }

 private:
  std::uint64_t messages_;
  std::uint64_t publishers_;
  std::uint32_t window_;
  bool acknowledged_each_;
  bool stamped_;
  load::StampCodec codec_;
  std::uint64_t digest_ = 0;  // of what follows the stamp
  wire::Buffer packet_;       // all are alike but for identifier and stamp
  std::size_t payload_at_ = 0;
  std::size_t packet_id_at_ = 0;
  std::uint64_t sent_ = 0;
  std::uint32_t in_flight_ = 0;
  wire::PacketId packet_id_ = 0;
};

}  // namespace mqrig::bench
