#include <tests/support/mqtt_peer.hpp>

#include <array>

#include <mqrig/wire/decode.hpp>

namespace mqrig::test {

using wire::PacketType;

MqttPeer::MqttPeer(std::unique_ptr<net::Stream> stream, wire::Version version)
    : stream_(std::move(stream)), version_(version) {
  stream_->set_handler(this);
  stream_->wait_readable();
}

MqttPeer::~MqttPeer() {
  stream_->set_handler(nullptr);
}

void MqttPeer::send(wire::ByteView bytes) {
  out_.append(bytes);
  write();
}

void MqttPeer::connect(wire::Connect packet) {
  packet.version = version_;
  wire::Buffer bytes;
  wire::encode(bytes, packet);
  send(bytes);
}

void MqttPeer::publish(const wire::Publish& packet) {
  wire::Buffer bytes;
  wire::encode(bytes, version_, packet);
  send(bytes);
}

void MqttPeer::publish(std::string_view topic, std::string_view payload, wire::QoS qos,
                       wire::PacketId id) {
  wire::Publish packet;
  packet.topic = topic;
  packet.payload = wire::as_bytes(payload);
  packet.qos = qos;
  packet.packet_id = id;
  publish(packet);
}

void MqttPeer::acknowledge(PacketType type, wire::PacketId id, wire::ReasonCode reason) {
  wire::Buffer bytes;
  wire::encode(bytes, version_,
               {.type = type, .packet_id = id, .reason = reason, .properties = {}});
  send(bytes);
}

void MqttPeer::subscribe(std::initializer_list<wire::Subscription> entries,
                         wire::Properties properties, wire::PacketId id) {
  wire::Buffer bytes;
  wire::encode_subscribe(bytes, version_, id, {entries.begin(), entries.size()}, properties);
  send(bytes);
}

void MqttPeer::subscribe(std::string_view filter, wire::QoS qos) {
  subscribe({{.filter = filter, .qos = qos}});
}

void MqttPeer::unsubscribe(std::initializer_list<std::string_view> filters, wire::PacketId id) {
  wire::Buffer bytes;
  wire::encode_unsubscribe(bytes, version_, id, {filters.begin(), filters.size()}, {});
  send(bytes);
}

void MqttPeer::ping() {
  wire::Buffer bytes;
  wire::encode_pingreq(bytes);
  send(bytes);
}

void MqttPeer::disconnect(wire::ReasonCode reason, wire::Properties properties) {
  wire::Buffer bytes;
  wire::encode(bytes, version_, wire::Disconnect{.reason = reason, .properties = properties});
  send(bytes);
}

void MqttPeer::write() {
  while (!out_.empty() && !waiting_to_write_) {
    const net::IoResult result = stream_->write_some(out_.view());
    if (result.error) return out_.release();
    if (result.count == 0) {
      waiting_to_write_ = true;
      stream_->wait_writable();
    }
    out_.consume(result.count);
  }
}

void MqttPeer::on_writable() {
  waiting_to_write_ = false;
  write();
}

void MqttPeer::read_on() {
  reading_ = true;
  stream_->wait_readable();
}

void MqttPeer::on_readable() {
  std::array<std::uint8_t, 4096> bytes;
  while (reading_) {
    const net::IoResult result = stream_->read_some(bytes);
    if (result.error) {
      ended_ = true;
      return stream_->close();
    }
    if (result.count == 0) return stream_->wait_readable();
    in_.append({bytes.data(), result.count});
    take_frames();
  }
}

void MqttPeer::take_frames() {
  wire::Frame frame;
  while (wire::split_frame(in_.view(), wire::max_remaining_length + 5, frame).status ==
         wire::FrameStatus::complete) {
    const wire::ByteView packet = in_.view().first(frame.size);
    if (keep) received_.append(packet);
    if (frame.type() == PacketType::publish) ++messages_;
    if (acknowledges) answer(packet);
    in_.consume(frame.size);
  }
}

void MqttPeer::answer(wire::ByteView packet) {
  wire::Frame frame;
  wire::split_frame(packet, wire::max_remaining_length + 5, frame);
  wire::Publish publish;
  wire::Ack ack;
  if (frame.type() == PacketType::publish) {
    wire::decode(frame, version_, publish);
    if (publish.qos == wire::QoS::at_most_once) return;
    acknowledge(publish.qos == wire::QoS::at_least_once ? PacketType::puback : PacketType::pubrec,
                publish.packet_id);
  } else if (frame.type() == PacketType::pubrel) {
    wire::decode(frame, version_, ack);
    acknowledge(PacketType::pubcomp, ack.packet_id);
  } else if (frame.type() == PacketType::pubrec) {
    wire::decode(frame, version_, ack);
    acknowledge(PacketType::pubrel, ack.packet_id);
  }
}

Lines MqttPeer::received() {
  const Lines lines = packet_texts(received_.view(), version_);
  received_.clear();
  return lines;
}

}  // namespace mqrig::test
