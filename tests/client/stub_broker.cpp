#include "stub_broker.hpp"

#include <asio/buffer.hpp>
#include <asio/write.hpp>
#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::client::tests {

using wire::PacketType;

void StubBroker::Peer::send(wire::ByteView bytes) {
  asio::error_code ignored;
  asio::write(socket, asio::buffer(bytes.data(), bytes.size()), ignored);
}

void StubBroker::Peer::close() {
  asio::error_code ignored;
  socket.close(ignored);
}

StubBroker::StubBroker(asio::io_context& context)
    : acceptor_(context, {asio::ip::make_address("127.0.0.1"), 0}) {
  accept();
}

void StubBroker::stop() {
  acceptor_.close();
  for (const auto& peer : peers) peer->close();
}

void StubBroker::accept() {
  acceptor_.async_accept([this](asio::error_code error, asio::ip::tcp::socket socket) {
    if (error) return;
    auto peer = std::make_shared<Peer>(std::move(socket));
    peers.push_back(peer);
    peer->number = peers.size();
    read(peer);
    accept();
  });
}

void StubBroker::read(const std::shared_ptr<Peer>& peer) {
  peer->socket.async_read_some(
      asio::buffer(peer->chunk), [this, peer](asio::error_code error, std::size_t count) {
        if (error) return;
        peer->input.append({peer->chunk.data(), count});
        wire::Frame frame;
        while (peer->socket.is_open() &&
               wire::split_frame(peer->input.view(), wire::max_remaining_length, frame).status ==
                   wire::FrameStatus::complete) {
          if (!script || !script(*peer, frame)) handle(*peer, frame);
          peer->input.consume(frame.size);
        }
        if (peer->socket.is_open()) read(peer);
      });
}

void StubBroker::handle(Peer& peer, const wire::Frame& frame) {
  wire::Buffer out;
  switch (frame.type()) {
    case PacketType::connect:
      return handle_connect(peer, frame);
    case PacketType::publish:
      return handle_publish(peer, frame);
    case PacketType::subscribe:
      return handle_subscribe(peer, frame);
    case PacketType::pubrel: {
      wire::Ack ack;
      wire::decode(frame, peer.version, ack);
      ack.type = PacketType::pubcomp;
      wire::encode(out, peer.version, ack);
      return peer.send(out);
    }
    case PacketType::pingreq:
      wire::encode_pingresp(out);
      return peer.send(out);
    case PacketType::disconnect:
      return peer.close();
    default:
      return;
  }
}

void StubBroker::handle_connect(Peer& peer, const wire::Frame& frame) {
  wire::Connect connect;
  wire::decode(frame, connect);
  peer.version = connect.version;
  peer.bridge = connect.bridge;
  peer.client_id = connect.client_id;
  for (const auto& other : peers) {  // [MQTT-3.1.4-3]
    if (other.get() != &peer && other->client_id == peer.client_id) other->close();
  }
  peer.clean_start = connect.clean_start;
  wire::Buffer out;
  wire::encode(out, peer.version, connack);
  peer.send(out);
}

void StubBroker::handle_publish(Peer& peer, const wire::Frame& frame) {
  wire::Publish publish;
  wire::decode(frame, peer.version, publish);
  topics.emplace_back(publish.topic);
  wire::Buffer out;
  if (publish.qos != wire::QoS::at_most_once) {
    wire::Ack ack;
    ack.type = publish.qos == wire::QoS::at_least_once ? PacketType::puback : PacketType::pubrec;
    ack.packet_id = publish.packet_id;
    wire::encode(out, peer.version, ack);
  }
  if (echo && !subscriptions.empty()) {
    publish.properties = {};
    wire::encode(out, peer.version, publish);
  }
  peer.send(out);
}

void StubBroker::handle_subscribe(Peer& peer, const wire::Frame& frame) {
  wire::Subscribe subscribe;
  wire::decode(frame, peer.version, subscribe);
  wire::Subscription subscription;
  std::string reasons;
  while (wire::next_subscription(subscribe.entries, peer.version, subscription)) {
    subscriptions.emplace_back(subscription.filter);
    reasons += static_cast<char>(subscription.qos);
  }
  wire::SubscriptionAck ack;
  ack.packet_id = subscribe.packet_id;
  ack.reasons = wire::as_bytes(reasons);
  wire::Buffer out;
  wire::encode(out, peer.version, ack);
  peer.send(out);
}

}  // namespace mqrig::client::tests
