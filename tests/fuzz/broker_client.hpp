// A client of a broker that says anything, and holds what it is told against the protocol.
#pragma once

#include <array>
#include <memory>
#include <utility>

#include <mqrig/net/stream.hpp>
#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

#include <tests/fuzz/require.hpp>

namespace mqrig::fuzz {

class BrokerClient final : private net::StreamHandler {
 public:
  BrokerClient() = default;
  BrokerClient(const BrokerClient&) = delete;
  BrokerClient& operator=(const BrokerClient&) = delete;
  ~BrokerClient() { cut(); }

  void open(std::unique_ptr<net::Stream> stream) {
    cut();
    stream_ = std::move(stream);
    stream_->set_handler(this);
    knows_version_ = answered_ = false;
    read(true);
  }
  bool is_open() const { return stream_ != nullptr; }
  void cut() {
    if (stream_) stream_->set_handler(nullptr);
    stream_.reset();
    in_.clear();
    out_.clear();
    sent_ = waiting_to_write_ = false;
  }

  void send(wire::ByteView bytes) {
    // A client that is not read from has said enough.
    constexpr std::size_t enough = 100'000;
    if (!stream_ || out_.size() > enough) return;
    sent_ = sent_ || !bytes.empty();
    out_.append(bytes);
    write();
  }
  void connect(const wire::Connect& packet) {
    // Behind other bytes it may be taken for something else.
    knows_version_ = !sent_;
    version_ = packet.version;
    wire::Buffer bytes;
    wire::encode(bytes, packet);
    send(bytes.view());
  }
  void read(bool on) {
    reading_ = on;
    if (on && stream_) stream_->wait_readable();
  }
  wire::Version version() const { return version_; }

 private:
  void on_writable() override {
    waiting_to_write_ = false;
    write();
  }
  void write() {
    while (stream_ && !out_.empty() && !waiting_to_write_) {
      const net::IoResult result = stream_->write_some(out_.view());
      if (result.error) return out_.clear();
      if (result.count == 0) {
        waiting_to_write_ = true;
        stream_->wait_writable();
      }
      out_.consume(result.count);
    }
  }
  void on_readable() override {
    std::array<std::uint8_t, 1024> bytes;
    while (reading_ && stream_) {
      const net::IoResult result = stream_->read_some(bytes);
      if (result.error) return cut();
      if (result.count == 0) return stream_->wait_readable();
      in_.append({bytes.data(), result.count});
      check_packets();
    }
  }
  void check_packets() {
    for (;;) {
      wire::Frame frame;
      const auto result = wire::split_frame(in_.view(), wire::max_remaining_length + 5, frame);
      if (result.status == wire::FrameStatus::need_more) return;
      require(result.status == wire::FrameStatus::complete, "packets are sent");
      check(frame);
      in_.consume(frame.size);
    }
  }
  void check(const wire::Frame& frame) {
    const bool connack = frame.type() == wire::PacketType::connack;
    require(connack != answered_, "CONNACK comes first, and once");
    answered_ = true;
    if (!knows_version_) return;
    switch (frame.type()) {
      case wire::PacketType::connack:
        return decodes<wire::Connack>(frame);
      case wire::PacketType::publish:
        return decodes<wire::Publish>(frame);
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
      case wire::PacketType::disconnect:
        require(version_ == wire::Version::mqtt_5, "only 5.0 servers send DISCONNECT");
        return decodes<wire::Disconnect>(frame);
      default:
        require(false, "a server sends no such packet");
    }
  }
  template <class Packet>
  void decodes(const wire::Frame& frame) const {
    Packet packet;
    require(wire::decode(frame, version_, packet) == wire::Fault::none, "what is sent decodes");
  }

  std::unique_ptr<net::Stream> stream_;
  wire::Buffer in_;
  wire::Buffer out_;
  wire::Version version_ = wire::Version::mqtt_5;
  bool knows_version_ = false;
  bool answered_ = false;
  bool sent_ = false;
  bool reading_ = true;
  bool waiting_to_write_ = false;
};

}  // namespace mqrig::fuzz
