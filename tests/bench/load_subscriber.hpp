// Subscribes, acknowledges, and keeps account of what arrives.
#pragma once

#include <tests/bench/load_client.hpp>

namespace mqrig::bench {

class LoadSubscriber : public LoadClient {
 public:
  // Expects messages of the publishers `first` to `first` + `count`.
  LoadSubscriber(const Plan& plan, std::uint32_t index, std::uint32_t first, std::size_t count)
      : LoadClient(plan, plan.subscriber_port, "bench-sub-" + std::to_string(index)),
        first_(first),
        filter_(plan.pairs ? plan.topic + "/" + std::to_string(index) : plan.topic),
        arrivals_(count, Arrivals(plan.messages)) {}

  const Account& account() const { return account_; }
  const Arrivals& arrivals(std::uint32_t publisher) const { return arrivals_[publisher - first_]; }

  // QoS 2 exchanges that PUBREL has not ended are open.
  bool idle() const override { return open_ == 0 && stream_.drained(); }

 private:
  bool keeps_session() const override { return plan_.durable; }

  bool take(const wire::Frame& frame) override {
    switch (frame.type()) {
      case wire::PacketType::publish:
        return take_publish(frame);
      case wire::PacketType::pubrel:
        return take_pubrel(frame);
      case wire::PacketType::connack:
        return take_connack(frame);
      case wire::PacketType::suback:
        return take_suback(frame);
      default:
        return false;
    }
  }

  bool take_connack(const wire::Frame& frame) {
    wire::Connack packet;
    if (!LoadClient::take_connack(frame, packet)) return false;
    wire::Subscription subscription;
    subscription.filter = filter_;
    subscription.qos = plan_.qos;
    return encode_subscribe(stream_.out(), plan_.version, 1, {&subscription, 1}, {});
  }

  bool take_suback(const wire::Frame& frame) {
    wire::SubscriptionAck packet;
    if (decode(frame, plan_.version, packet) != wire::Fault::none) return false;
    return ready_ = packet.reasons.size() == 1 && packet.reasons[0] == static_cast<int>(plan_.qos);
  }

  bool take_publish(const wire::Frame& frame) {
    wire::Publish packet;
    if (decode(frame, plan_.version, packet) != wire::Fault::none) return false;
    record(packet.payload);
    if (packet.qos == wire::QoS::at_least_once) {
      answer(wire::PacketType::puback, packet.packet_id);
    } else if (packet.qos == wire::QoS::exactly_once) {
      ++open_;
      answer(wire::PacketType::pubrec, packet.packet_id);
    }
    return true;
  }

  void record(wire::ByteView payload) {
    if (payload.size() == plan_.size) {
      const Stamp stamp = read_stamp(payload);
      if (stamp.publisher - first_ < arrivals_.size()) {
        arrivals_[stamp.publisher - first_].record(stamp.number, account_);
        return;
      }
    }
    ++account_.received;
    ++account_.foreign;
  }

  bool take_pubrel(const wire::Frame& frame) {
    wire::Ack packet;
    if (decode(frame, plan_.version, packet) != wire::Fault::none) return false;
    if (open_ != 0) --open_;
    answer(wire::PacketType::pubcomp, packet.packet_id);
    return true;
  }

  std::uint32_t first_;
  std::string filter_;
  std::vector<Arrivals> arrivals_;  // by publisher
  Account account_;
  std::size_t open_ = 0;
};

}  // namespace mqrig::bench
