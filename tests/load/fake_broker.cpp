#include "tests/load/fake_broker.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/frame.hpp>

namespace mqrig::load::tests {

using wire::PacketType;
using wire::ReasonCode;

class FakeBroker::Peer final : private net::StreamHandler {
 public:
  Peer(FakeBroker& broker, std::unique_ptr<net::Stream> stream)
      : broker_(broker), stream_(std::move(stream)) {
    stream_->set_handler(this);
    stream_->wait_readable();
  }

  void send(wire::ByteView bytes) {
    out_.append(bytes);
    write();
  }
  void disconnect(ReasonCode reason) {
    wire::encode(out_, version_, wire::Disconnect{.reason = reason, .properties = {}});
    write();
  }

 private:
  void on_readable() override {
    std::array<std::uint8_t, 65'536> bytes;
    const net::IoResult result = stream_->read_some(bytes);
    if (result.error) return broker_.closes_on_disconnect ? end() : void();
    in_.append(wire::ByteView(bytes).first(result.count));
    wire::Frame frame;
    while (wire::split_frame(in_.view(), wire::max_remaining_length + 5, frame).status ==
           wire::FrameStatus::complete) {
      const bool goes_on = handle(frame);
      if (!goes_on) return end();
      in_.consume(frame.size);
    }
    write();
    if (broker_.reads) stream_->wait_readable();
  }
  void on_writable() override { write(); }

  void write() {
    while (!out_.empty()) {
      const net::IoResult result = stream_->write_some(out_.view());
      if (result.error) return out_.release();
      if (result.count == 0) return stream_->wait_writable();
      out_.consume(result.count);
    }
  }

  void end() {
    std::erase_if(broker_.peers_, [this](const auto& peer) { return peer.get() == this; });
  }

  bool handle(const wire::Frame& frame) {
    switch (frame.type()) {
      case PacketType::connect:
        return accept(frame);
      case PacketType::publish:
        return acknowledge(frame);
      case PacketType::pubrel:
        answer(PacketType::pubcomp,
               static_cast<wire::PacketId>(frame.body[0] << 8 | frame.body[1]));
        return true;
      case PacketType::subscribe: {
        ++broker_.subscribes;
        const std::uint8_t reasons[] = {static_cast<std::uint8_t>(broker_.suback)};
        wire::encode(out_, version_,
                     wire::SubscriptionAck{.type = PacketType::suback,
                                           .packet_id = static_cast<wire::PacketId>(
                                               frame.body[0] << 8 | frame.body[1]),
                                           .properties = {},
                                           .reasons = reasons});
        return true;
      }
      case PacketType::auth: {  // a method is content at once
        wire::Auth auth;
        REQUIRE(wire::decode(frame, version_, auth) == wire::Fault::none);
        CHECK(auth.reason == ReasonCode::reauthenticate);
        ++broker_.auths;
        wire::PropertyWriter properties;
        properties.add(wire::PropertyId::authentication_method,
                       *auth.properties.text(wire::PropertyId::authentication_method));
        wire::encode(out_,
                     wire::Auth{.reason = ReasonCode::success, .properties = properties.view()});
        return true;
      }
      case PacketType::disconnect:
        ++broker_.disconnects;
        return !broker_.closes_on_disconnect;
      default:
        return true;
    }
  }

  bool accept(const wire::Frame& frame) {
    wire::Connect connect;
    REQUIRE(wire::decode(frame, connect) == wire::Fault::none);
    version_ = connect.version;
    broker_.clients.emplace_back(connect.client_id);
    broker_.versions.push_back(version_);
    if (broker_.closes_on_connect) return false;
    if (!broker_.connack) return true;
    wire::PropertyWriter properties;
    if (broker_.maximum_packet_size != 0 && version_ == wire::Version::mqtt_5) {
      properties.add(wire::PropertyId::maximum_packet_size, broker_.maximum_packet_size);
    }
    if (const auto method = connect.properties.text(wire::PropertyId::authentication_method)) {
      properties.add(wire::PropertyId::authentication_method, *method);
    }
    wire::Connack packet;
    packet.reason = *broker_.connack;
    if (broker_.refuses == version_) packet.reason = ReasonCode::unsupported_protocol_version;
    packet.session_present = broker_.session_present && packet.reason == ReasonCode::success;
    packet.properties = properties.view();
    wire::encode(out_, version_, packet);
    return true;
  }

  bool acknowledge(const wire::Frame& frame) {
    wire::Publish publish;
    REQUIRE(wire::decode(frame, version_, publish) == wire::Fault::none);
    ++broker_.publishes;
    if (publish.dup) ++broker_.dups;
    if (publish.qos == wire::QoS::at_most_once || !broker_.acknowledges) return true;
    answer(publish.qos == wire::QoS::at_least_once ? PacketType::puback : PacketType::pubrec,
           publish.packet_id);
    return true;
  }

  void answer(PacketType type, wire::PacketId id) {
    wire::encode(
        out_, version_,
        wire::Ack{.type = type, .packet_id = id, .reason = ReasonCode::success, .properties = {}});
  }

  FakeBroker& broker_;
  std::unique_ptr<net::Stream> stream_;
  wire::Version version_ = wire::Version::mqtt_5;
  wire::Buffer in_;
  wire::Buffer out_;
};

FakeBroker::FakeBroker(asio::io_context& context) : listener_(context) {
  std::string detail;
  const auto error = listener_.start(
      {"127.0.0.1", 0},
      [this](std::unique_ptr<net::Stream> stream) {
        peers_.push_back(std::make_unique<Peer>(*this, std::move(stream)));
      },
      detail);
  REQUIRE_MESSAGE(!error, detail);
}

FakeBroker::~FakeBroker() = default;

void FakeBroker::cut() {
  peers_.clear();
}

void FakeBroker::disconnect(ReasonCode reason) {
  for (const auto& peer : peers_) peer->disconnect(reason);
}

void FakeBroker::send(wire::ByteView bytes) {
  for (const auto& peer : peers_) peer->send(bytes);
}

}  // namespace mqrig::load::tests
