// A whole broker under several clients, over streams in memory: the input is a list of commands, of
// which some feed arbitrary bytes and others what a client could mean. Whatever comes, every reply
// is a packet of the client's version, and the limits hold.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include <mqrig/broker/acl.hpp>
#include <mqrig/broker/broker.hpp>
#include <mqrig/net/memory_stream.hpp>
#include <mqrig/wire/encode.hpp>

#include <tests/fuzz/broker_client.hpp>
#include <tests/fuzz/input.hpp>
#include <tests/fuzz/require.hpp>

using namespace mqrig;
using fuzz::BrokerClient;
using fuzz::Input;
using fuzz::require;
using wire::PropertyId;

namespace {

constexpr std::size_t clients = 4;
constexpr std::uint32_t queued_messages = 4;
constexpr std::uint32_t subscriptions = 6;

struct Silence final : broker::Observer {
  void on_warning(std::string_view) override {}
  void on_activity(std::string_view) override {}
  void on_packet(std::string_view, broker::Direction, wire::Version, wire::ByteView) override {}
};

template <std::size_t Size>
std::string_view pick(const std::array<std::string_view, Size>& texts, std::uint8_t choice) {
  return texts[choice % Size];
}

constexpr std::array<std::string_view, 5> identifiers{"a", "b", "c", "d", ""};
constexpr std::array<std::string_view, 6> topics{"t", "t/1", "t/1/2", "$SYS/x", "u", "a/b/c/d/e/f"};
constexpr std::array<std::string_view, 10> filters{
    "t",          "t/#", "+/1",           "#",     "$share/g/t/#", "$share/h/#",
    "$share/g/+", "u",   "a/b/c/d/e/f/#", "$SYS/#"};

class Run {
 public:
  explicit Run(wire::ByteView bytes) : input_(bytes), settings_(settings(input_.byte())) {
    start();
    for (BrokerClient& client : clients_) open(client);
  }
  ~Run() { settle(); }

  void commands() {
    for (int step = 0; !input_.empty() && step < 500; ++step) {
      command();
      check();
    }
    for (BrokerClient& client : clients_) client.cut();
    settle();
    const broker::Statistics& statistics = broker_->statistics();
    require(statistics.clients_now == 0, "who has left is gone");
    require(statistics.queued_now == 0 || statistics.sessions_now > 0, "queues are of sessions");
  }

 private:
  static broker::Settings settings(std::uint8_t choice) {
    broker::Settings settings;
    settings.sys_interval = std::chrono::milliseconds(0);
    settings.limits.connections = clients;
    settings.limits.packet_size = 6'000;
    settings.limits.receive_maximum = 3;
    settings.limits.inflight = 2;
    settings.limits.topic_aliases = 2;
    settings.limits.queued_messages = queued_messages;
    settings.limits.queued_bytes = 4'000;
    settings.limits.output_bytes = 4'000;
    settings.limits.subscriptions = subscriptions;
    settings.limits.retained_messages = 4;
    settings.limits.retained_bytes = 8'000;
    settings.limits.topic_levels = 5;
    settings.limits.queue_full = static_cast<broker::QueueFull>(choice % 3);
    settings.trace = settings.verbose = (choice & 0x10) != 0;
    settings.fault_control = (choice & 0x20) != 0;
    if ((choice & 0x40) != 0) {
      settings.faults.seed = choice;
      settings.faults.drop_connection = 0.02;
      settings.faults.drop_publish = settings.faults.reorder = 0.1;
      settings.faults.drop_puback = settings.faults.drop_pubcomp = 0.1;
    }
    return settings;
  }

  void start() { broker_ = std::make_unique<broker::Broker>(context_, settings_, observer_); }

  void open(BrokerClient& client) {
    auto [ours, theirs] = net::memory_stream_pair(context_, 512);
    broker_->attach(std::move(theirs));
    client.open(std::move(ours));
  }

  void command() {
    const std::uint8_t choice = input_.byte();
    BrokerClient& client = clients_[choice / 16 % clients];
    switch (choice % 16) {
      case 0:
        return client.send(input_.bytes(input_.byte()));
      case 1:
      case 2:
        return connect(client, input_.byte());
      case 3:
      case 4:
        return subscribe(client, input_.byte());
      case 5:
        return unsubscribe(client);
      case 6:
      case 7:
        return publish(client, input_.byte());
      case 8:
        return acknowledge(client, input_.byte());
      case 9:
        return disconnect(client, input_.byte());
      case 10:
        return steps(input_.byte() % 32);
      case 11:
        return settle();
      case 12:
        return open(client);
      case 13:
        return client.read((choice & 0x80) != 0);
      case 14:
        return set_acl(choice);
      case 15:
        return end(choice);
    }
  }

  void connect(BrokerClient& client, std::uint8_t choice) {
    wire::Connect packet;
    packet.version = static_cast<wire::Version>(3 + choice % 3);
    packet.clean_start = (choice & 0x08) != 0;
    packet.client_id = pick(identifiers, choice / 16);
    wire::PropertyWriter properties;
    wire::PropertyWriter of_will;
    const std::uint8_t more = input_.byte();
    if ((more & 0x01) != 0) properties.add(PropertyId::session_expiry_interval, 1000U);
    if ((more & 0x02) != 0) properties.add(PropertyId::receive_maximum, 1U);
    if ((more & 0x04) != 0) properties.add(PropertyId::maximum_packet_size, 8U + more);
    if ((more & 0x08) != 0) properties.add(PropertyId::topic_alias_maximum, 3U);
    if ((more & 0x10) != 0) {
      packet.will.emplace();
      packet.will->topic = pick(topics, more / 16);
      packet.will->payload = wire::as_bytes("will");
      packet.will->qos = static_cast<wire::QoS>(more % 3);
      packet.will->retain = (more & 0x40) != 0;
      if ((more & 0x80) != 0) of_will.add(PropertyId::will_delay_interval, 10U);
      packet.will->properties = of_will.view();
    }
    if ((more & 0x20) != 0) packet.user_name = "u";
    packet.properties = properties.view();
    if (client.is_open()) open(client);
    client.connect(packet);
  }

  void subscribe(BrokerClient& client, std::uint8_t choice) {
    wire::Buffer packet;
    wire::PropertyWriter properties;
    const std::uint8_t more = input_.byte();
    if ((more & 0x80) != 0) properties.add(PropertyId::subscription_identifier, 1U + more);
    const std::string_view filter = pick(filters, choice);
    const wire::Subscription entries[] = {
        {.filter = filter,
         .qos = static_cast<wire::QoS>(more % 3),
         .no_local = (more & 0x08) != 0 && !filter.starts_with("$share"),
         .retain_as_published = (more & 0x10) != 0,
         .retain_handling = static_cast<wire::RetainHandling>(more / 32 % 3)},
        {.filter = pick(filters, choice / 16), .qos = wire::QoS::exactly_once}};
    wire::encode_subscribe(packet, client.version(), 1, {entries, 1U + choice % 2U},
                           properties.view());
    client.send(packet.view());
  }

  void unsubscribe(BrokerClient& client) {
    wire::Buffer packet;
    const std::string_view filter = pick(filters, input_.byte());
    wire::encode_unsubscribe(packet, client.version(), 2, {&filter, 1}, {});
    client.send(packet.view());
  }

  void publish(BrokerClient& client, std::uint8_t choice) {
    wire::Publish packet;
    const std::uint8_t more = input_.byte();
    packet.topic = (more & 0x80) != 0 && settings_.fault_control ? "$CONTROL/mqrig/chaos"
                                                                 : pick(topics, choice);
    const std::string large((more & 0x40) != 0 ? 3'000 : more % 32, 'x');
    packet.payload = wire::as_bytes(large);
    if ((more & 0x80) != 0) packet.payload = input_.bytes(20);
    packet.qos = static_cast<wire::QoS>(choice / 8 % 3);
    packet.retain = (choice & 0x20) != 0;
    wire::PropertyWriter properties;
    if ((choice & 0x40) != 0) properties.add(PropertyId::message_expiry_interval, choice % 2U);
    if ((choice & 0x80) != 0) properties.add(PropertyId::user_property, "k", "v");
    packet.properties = properties.view();
    // A flood, so that queues and buffers run over.
    for (int count = more % 8; count >= 0; --count) {
      if (packet.qos != wire::QoS::at_most_once) {
        packet.packet_id = static_cast<wire::PacketId>(1 + count);
      }
      wire::Buffer bytes;
      wire::encode(bytes, client.version(), packet);
      client.send(bytes.view());
    }
  }

  void acknowledge(BrokerClient& client, std::uint8_t choice) {
    wire::Buffer packet;
    wire::encode(packet, client.version(),
                 wire::Ack{.type = static_cast<wire::PacketType>(4 + choice % 4),
                           .packet_id = static_cast<wire::PacketId>(1 + choice / 4 % 4),
                           .reason = (choice & 0x80) != 0 ? wire::ReasonCode::unspecified_error
                                                          : wire::ReasonCode::success,
                           .properties = {}});
    client.send(packet.view());
  }

  void disconnect(BrokerClient& client, std::uint8_t choice) {
    wire::Buffer packet;
    wire::PropertyWriter properties;
    if ((choice & 0x01) != 0) properties.add(PropertyId::session_expiry_interval, choice / 2U % 2U);
    const auto reason =
        (choice & 0x04) != 0 ? wire::ReasonCode::disconnect_with_will : wire::ReasonCode::success;
    wire::encode(packet, client.version(),
                 wire::Disconnect{.reason = reason, .properties = properties.view()});
    client.send(packet.view());
    if ((choice & 0x08) != 0) client.cut();
  }

  void set_acl(std::uint8_t choice) {
    if ((choice & 0x10) != 0) return broker_->set_acl(nullptr);
    std::string error;
    const auto acl = broker::Acl::parse("topic #\ntopic deny t/1\nuser u\ntopic read t/#\n", error);
    broker_->set_acl(std::make_shared<const broker::Acl>(*acl));
  }

  // The end of the broker, with a word or without, and the next one.
  void end(std::uint8_t choice) {
    if ((choice & 0x30) != 0x30) return clients_[choice / 64].cut();
    if ((choice & 0x40) != 0) broker_->stop([](bool) {});
    if ((choice & 0x80) != 0) settle();
    start();
    settle();
    for (BrokerClient& client : clients_) open(client);
  }

  void steps(int count) {
    context_.restart();
    while (count-- > 0 && context_.poll_one() > 0) context_.restart();
  }
  void settle() {
    context_.restart();
    for (int turns = 0; context_.poll() > 0; ++turns) {
      require(turns < 10'000, "the broker comes to rest");
      context_.restart();
    }
  }

  void check() const {
    const broker::Statistics& statistics = broker_->statistics();
    require(statistics.clients_now <= clients, "no more clients than there are");
    require(statistics.clients_now <= statistics.sessions_now, "each client has its session");
    require(statistics.queued_now <= statistics.sessions_now * queued_messages, "queues are short");
    require(statistics.queued_bytes_now <= statistics.sessions_now * 4'000, "and small");
    require(statistics.retained_now <= 4, "little is retained");
    require(statistics.subscriptions_now <= statistics.sessions_now * subscriptions,
            "subscriptions are few");
    require(statistics.shared_now <= statistics.subscriptions_now, "shared ones are among them");
  }

  Input input_;
  asio::io_context context_;
  Silence observer_;
  broker::Settings settings_;
  std::unique_ptr<broker::Broker> broker_;
  std::array<BrokerClient, clients> clients_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Run({data, size}).commands();
  return 0;
}
