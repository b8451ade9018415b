// Publishes numbered messages as fast as its window, its credit and the socket allow.
#pragma once

#include <tests/bench/load_client.hpp>

namespace mqrig::bench {

class LoadPublisher : public LoadClient {
 public:
  // `arrivals` are those of this publisher's messages, at each of the subscribers that get them.
  LoadPublisher(const Plan& plan, std::uint32_t index, std::vector<const Arrivals*> arrivals)
      : LoadClient(plan, plan.port, "bench-pub-" + std::to_string(index)),
        index_(index),
        arrivals_(std::move(arrivals)),
        topic_(plan.pairs ? plan.topic + "/" + std::to_string(index) : plan.topic),
        payload_(plan.size, 'x'),
        window_(plan.window),
        exchanges_(plan.window + 1) {}

  std::uint64_t sent() const { return sent_; }
  std::uint64_t acknowledged() const { return acknowledged_; }
  std::uint64_t refused() const { return refused_; }
  // Acknowledgements that answer nothing.
  std::uint64_t strange() const { return strange_; }

  void start() { started_ = true; }
  bool idle() const override {
    return sent_ == plan_.messages && in_flight_ == 0 && stream_.drained();
  }

  bool writable() override {
    for (int turn = 0; turn < 16; ++turn) {
      if (started_) fill();
      if (stream_.drained()) return true;
      if (!stream_.flush()) return false;
      if (!stream_.drained()) return true;
    }
    return true;
  }

 private:
  enum class Exchange : std::uint8_t { none, publish, release };

  bool take(const wire::Frame& frame) override {
    switch (frame.type()) {
      case wire::PacketType::connack:
        return take_connack(frame);
      case wire::PacketType::puback:
      case wire::PacketType::pubrec:
      case wire::PacketType::pubcomp:
        return take_ack(frame);
      default:
        return false;
    }
  }

  bool take_connack(const wire::Frame& frame) {
    wire::Connack packet;
    if (!LoadClient::take_connack(frame, packet)) return false;
    const auto most = packet.properties.integer(wire::PropertyId::receive_maximum);
    window_ = std::min<std::size_t>(window_, most.value_or(65'535));
    return ready_ = true;
  }

  bool take_ack(const wire::Frame& frame) {
    wire::Ack ack;
    if (decode(frame, plan_.version, ack) != wire::Fault::none) return false;
    const bool completes = ack.type == wire::PacketType::pubcomp;
    Exchange none = Exchange::none;
    Exchange& exchange = ack.packet_id < exchanges_.size() ? exchanges_[ack.packet_id] : none;
    if (exchange != (completes ? Exchange::release : Exchange::publish)) {
      ++strange_;
      return true;
    }
    const bool refused = static_cast<unsigned>(ack.reason) >= 0x80;
    if (refused) ++refused_;
    if (ack.type == wire::PacketType::pubrec && !refused) {
      exchange = Exchange::release;
      answer(wire::PacketType::pubrel, ack.packet_id);
      return true;
    }
    exchange = Exchange::none;
    --in_flight_;
    ++acknowledged_;
    return true;
  }

  // As many as may leave now.
  std::uint64_t allowance() const {
    std::uint64_t most = plan_.messages - sent_;
    if (plan_.qos != wire::QoS::at_most_once) {
      most = std::min<std::uint64_t>(most, window_ - in_flight_);
    }
    if (plan_.credit == 0) return most;
    std::uint64_t passed = sent_;
    for (const Arrivals* arrivals : arrivals_) passed = std::min(passed, arrivals->passed());
    const std::uint64_t under_way = sent_ - passed;
    return under_way >= plan_.credit ? 0 : std::min(most, plan_.credit - under_way);
  }

  void fill() {
    wire::Publish publish;
    publish.topic = topic_;
    publish.payload = wire::as_bytes(payload_);
    publish.qos = plan_.qos;
    auto* stamp = reinterpret_cast<std::uint8_t*>(payload_.data());
    for (std::uint64_t left = allowance(); left != 0 && stream_.out().size() < block_size; --left) {
      if (plan_.qos != wire::QoS::at_most_once) publish.packet_id = begin_exchange();
      write_stamp(stamp, {sent_, index_});
      encode(stream_.out(), plan_.version, publish);
      ++sent_;
    }
  }

  // There is a free identifier: there are as many as the window has places.
  wire::PacketId begin_exchange() {
    do {
      packet_id_ = packet_id_ == plan_.window ? 1 : packet_id_ + 1;
    } while (exchanges_[packet_id_] != Exchange::none);
    exchanges_[packet_id_] = Exchange::publish;
    ++in_flight_;
    return static_cast<wire::PacketId>(packet_id_);
  }

  std::uint32_t index_;
  std::vector<const Arrivals*> arrivals_;
  std::string topic_;
  std::string payload_;
  std::size_t window_;
  std::size_t in_flight_ = 0;
  std::size_t packet_id_ = 0;
  std::vector<Exchange> exchanges_;  // by packet identifier
  bool started_ = false;
  std::uint64_t sent_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t strange_ = 0;
};

}  // namespace mqrig::bench
