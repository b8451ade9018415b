// One connection of the sink: counts and acknowledges what is published, floods who subscribes.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

#include <tests/bench/source.hpp>

namespace mqrig::bench {

struct SinkSettings {
  Source::Settings source;
  std::string topic;                  // of what the source sends; empty: the client's filter
  std::uint16_t receive_maximum = 0;  // 0: not said
};

// What all connections have seen so far. Times are those of the turn of the event loop.
struct SinkCounts {
  using Time = std::chrono::steady_clock::time_point;

  std::array<std::uint64_t, 3> published{};  // PUBLISH packets by QoS, repeated ones too
  std::uint64_t repeated = 0;                // of these, with DUP
  std::uint64_t released = 0;                // PUBREL packets
  std::uint64_t bytes = 0;                   // of payloads
  std::uint64_t connects = 0;                // CONNECT packets
  std::uint64_t disconnects = 0;             // DISCONNECT packets
  std::uint64_t dropped = 0;                 // connections that ended without one
  std::uint64_t invalid = 0;                 // of these, ended here: no MQTT, or out of place
  std::uint64_t subscribed = 0;              // clients
  std::uint64_t pings = 0;
  std::uint64_t sent = 0;          // to subscribers
  std::uint64_t acknowledged = 0;  // of these, completed
  Time now;
  Time first_message, last_message;
  Time first_connection, last_connect;

  std::uint64_t received() const { return published[0] + published[1] + published[2]; }
};

class SinkPeer {
 public:
  // `scratch` is what all connections read into.
  SinkPeer(int descriptor, const SinkSettings& settings, SinkCounts& counts, wire::Buffer& scratch)
      : descriptor_(descriptor), settings_(settings), counts_(counts), scratch_(scratch) {}
  SinkPeer(const SinkPeer&) = delete;
  SinkPeer& operator=(const SinkPeer&) = delete;
  ~SinkPeer() {
    if (!disconnected_) ++counts_.dropped;
    ::close(descriptor_);
  }

  // Both are false when the connection is over.
  bool readable() {
    scratch_.clear();
    scratch_.append(partial_.view());
    const ssize_t count =
        ::recv(descriptor_, scratch_.prepare(block_size), block_size, MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN;
    if (count == 0) return false;
    scratch_.commit(static_cast<std::size_t>(count));
    if (!take_packets()) return false;
    return writable();
  }

  // Sends what waits, and as much from the source as the peer takes.
  bool writable() {
    for (int turn = 0; turn < 16; ++turn) {
      if (source_) fill();
      if (out_.empty()) return true;
      const ssize_t count =
          ::send(descriptor_, out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count < 0) return errno == EAGAIN;
      out_.consume(static_cast<std::size_t>(count));
    }
    return true;
  }

  bool wants_to_write() const { return !out_.empty() || (source_ && source_->may_send()); }

 private:
  static constexpr std::size_t block_size = 256 * 1024;

  bool take_packets() {
    wire::ByteView bytes = scratch_.view();
    wire::Frame frame;
    wire::FrameResult result;
    for (;;) {
      result = wire::split_frame(bytes, wire::max_remaining_length + 5, frame, version_);
      if (result.status != wire::FrameStatus::complete) break;
      if (!take(frame)) {
        if (!disconnected_) ++counts_.invalid;
        return false;
      }
      bytes = bytes.subspan(frame.size);
    }
    partial_.clear();
    partial_.append(bytes);
    if (result.status != wire::FrameStatus::invalid) return true;
    ++counts_.invalid;
    return false;
  }

  // False ends the connection.
  bool take(const wire::Frame& frame) {
    switch (frame.type()) {
      case wire::PacketType::publish:
        return take_publish(frame);
      case wire::PacketType::pubrel:
        ++counts_.released;
        return answer(frame, wire::PacketType::pubcomp);
      case wire::PacketType::pubrec:
        return answer(frame, wire::PacketType::pubrel);
      case wire::PacketType::puback:
      case wire::PacketType::pubcomp:
        ++counts_.acknowledged;
        if (source_) source_->acknowledged();
        return true;
      case wire::PacketType::connect:
        return take_connect(frame);
      case wire::PacketType::subscribe:
        return take_subscribe(frame);
      case wire::PacketType::unsubscribe:
        return take_unsubscribe(frame);
      case wire::PacketType::pingreq:
        ++counts_.pings;
        encode_pingresp(out_);
        return true;
      case wire::PacketType::disconnect:
        ++counts_.disconnects;
        disconnected_ = true;
        return false;
      default:
        return false;
    }
  }

  bool take_connect(const wire::Frame& frame) {
    wire::Connect packet;
    if (decode(frame, packet) != wire::Fault::none) return false;
    ++counts_.connects;
    counts_.last_connect = counts_.now;
    version_ = packet.version;
    window_ = packet.properties.integer(wire::PropertyId::receive_maximum).value_or(65'535);
    wire::PropertyWriter properties;
    if (settings_.receive_maximum != 0) {
      properties.add(wire::PropertyId::receive_maximum, settings_.receive_maximum);
    }
    wire::Connack connack;
    connack.properties = properties.view();
    return encode(out_, version_, connack);
  }

  bool take_publish(const wire::Frame& frame) {
    wire::Publish packet;
    if (decode(frame, version_, packet) != wire::Fault::none) return false;
    if (counts_.received() == 0) counts_.first_message = counts_.now;
    counts_.last_message = counts_.now;
    ++counts_.published[static_cast<std::size_t>(packet.qos)];
    counts_.bytes += packet.payload.size();
    if (packet.dup) ++counts_.repeated;
    if (packet.qos == wire::QoS::at_most_once) return true;
    wire::Ack ack;
    ack.type = packet.qos == wire::QoS::at_least_once ? wire::PacketType::puback
                                                      : wire::PacketType::pubrec;
    ack.packet_id = packet.packet_id;
    return encode(out_, version_, ack);
  }

  bool answer(const wire::Frame& frame, wire::PacketType type) {
    wire::Ack ack;
    if (decode(frame, version_, ack) != wire::Fault::none) return false;
    wire::Ack reply;
    reply.type = type;
    reply.packet_id = ack.packet_id;
    return encode(out_, version_, reply);
  }

  bool take_subscribe(const wire::Frame& frame) {
    wire::Subscribe packet;
    if (decode(frame, version_, packet) != wire::Fault::none) return false;
    std::string reasons;
    wire::Subscription first;
    for (wire::Subscription entry; wire::next_subscription(packet.entries, version_, entry);) {
      if (reasons.empty()) first = entry;
      entry.qos = std::min(settings_.source.qos, entry.qos);
      reasons += static_cast<char>(entry.qos);
    }
    if (!source_) {
      ++counts_.subscribed;
      source_.emplace(settings_.source, version_, std::min(settings_.source.qos, first.qos),
                      topic_of(first.filter), window_);
    }
    return acknowledge(wire::PacketType::suback, packet.packet_id, reasons);
  }

  bool take_unsubscribe(const wire::Frame& frame) {
    wire::Unsubscribe packet;
    if (decode(frame, version_, packet) != wire::Fault::none) return false;
    std::string reasons;
    for (std::string_view filter; wire::next_filter(packet.entries, filter);) reasons += '\0';
    return acknowledge(wire::PacketType::unsuback, packet.packet_id, reasons);
  }

  bool acknowledge(wire::PacketType type, wire::PacketId packet_id, const std::string& reasons) {
    wire::SubscriptionAck ack;
    ack.type = type;
    ack.packet_id = packet_id;
    ack.reasons = wire::as_bytes(reasons);
    return encode(out_, version_, ack);
  }

  // One that matches the filter.
  std::string topic_of(std::string_view filter) const {
    std::string topic = settings_.topic.empty() ? std::string(filter) : settings_.topic;
    std::replace(topic.begin(), topic.end(), '+', 'x');
    std::replace(topic.begin(), topic.end(), '#', 'x');
    return topic;
  }

  void fill() {
    const std::uint64_t before = source_->sent();
    source_->fill(out_, block_size);
    counts_.sent += source_->sent() - before;
  }

  int descriptor_;
  const SinkSettings& settings_;
  SinkCounts& counts_;
  wire::Buffer& scratch_;
  wire::Buffer partial_;  // the beginning of a packet whose end is still to come
  wire::Buffer out_;
  std::optional<Source> source_;  // from SUBSCRIBE on
  std::uint32_t window_ = 65'535;
  wire::Version version_ = wire::Version::mqtt_5;
  bool disconnected_ = false;
};

}  // namespace mqrig::bench
