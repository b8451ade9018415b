#include <doctest/doctest.h>

#include <unistd.h>

#include <asio/io_context.hpp>
#include <filesystem>
#include <mqrig/client/outbox.hpp>
#include <mqrig/wire/decode.hpp>
#include <optional>

#include "stub_broker.hpp"

namespace mqrig::client::tests {
namespace {

using store::Batch;
using store::SpooledMessage;
using wire::PacketType;
using wire::QoS;
using wire::ReasonCode;

// A spool's folder, which goes with the test.
struct Folder {
  Folder() : path(std::filesystem::temp_directory_path() / "mqrig-outbox-XXXXXX") {
    std::string name = path.string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }

  std::filesystem::path path;
};

// What a process holds that sends from a spool: ended by destroying it, as by a crash.
class Process final : private Handler, private Outbox::Owner {
 public:
  Process(asio::io_context& context, std::uint16_t port, store::Spool* spool,
          Outbox::Settings settings = {}) {
    Options options;
    options.brokers.emplace_back("127.0.0.1", port);
    options.client_id = "outbox";
    options.clean_start = false;
    options.session_expiry = 1000;
    options.reconnect_delay = std::chrono::milliseconds(1);
    options.flush_by_owner = spool != nullptr;
    Handler& handler = *this;
    client.emplace(context, std::move(options), handler);
    Outbox::Owner& owner = *this;
    if (spool != nullptr) {
      outbox.emplace(context, *spool, spool->queue("q"), "state", *client, owner,
                     std::move(settings));
      REQUIRE_FALSE(outbox->restore());
    } else {
      outbox.emplace(context, *client, owner, std::move(settings));
    }
    client->start();
  }

  void put(std::string_view topic, std::string_view payload, QoS qos = QoS::exactly_once,
           Batch batch = {}) {
    SpooledMessage message;
    message.publish.topic = topic;
    message.publish.payload = wire::as_bytes(payload);
    message.publish.qos = qos;
    message.received_at = now;
    message.batch = batch;
    outbox->put(message);
  }
  // As an owner does behind each turn.
  void commit(store::Spool& spool) {
    outbox->save();
    REQUIRE_FALSE(spool.commit());
    client->flush();
    outbox->pump();
  }

  std::optional<Client> client;
  std::optional<Outbox> outbox;
  std::int64_t now = 1'000'000;
  int connected = 0, delivered = 0, refused = 0, expired = 0;

 private:
  void on_connected(bool, wire::Properties) override { ++connected; }
  void on_ready() override { outbox->pump(); }
  void on_published(std::uint64_t token, ReasonCode reason, wire::Properties properties) override {
    outbox->on_published(token, reason, properties);
  }
  void on_delivered(std::uint64_t) override { ++delivered; }
  void on_refused(std::uint64_t, ReasonCode, std::string_view) override { ++refused; }
  void on_expired(std::uint64_t) override { ++expired; }
};

class Fixture {
 public:
  Fixture() {
    broker.script = [this](StubBroker::Peer& peer, const wire::Frame& frame) {
      return seen(peer, frame);
    };
    std::string error;
    spool = store::Spool::open((folder.path / "spool").string(), store::Spool::Mode::create, error);
    REQUIRE_MESSAGE(spool, error);
  }

  bool seen(StubBroker::Peer& peer, const wire::Frame& frame) {
    wire::Publish publish;
    wire::Ack ack;
    if (frame.type() == PacketType::publish) {
      REQUIRE(wire::decode(frame, peer.version, publish) == wire::Fault::none);
      packets.push_back((publish.dup ? "dup " : "publish ") + std::to_string(publish.packet_id) +
                        ' ' + std::string(wire::as_text(publish.payload)));
      expiry = publish.properties.integer(wire::PropertyId::message_expiry_interval);
      return silent;
    }
    if (frame.type() == PacketType::pubrel) {
      REQUIRE(wire::decode(frame, peer.version, ack) == wire::Fault::none);
      packets.push_back("pubrel " + std::to_string(ack.packet_id));
      return silent_to_pubrel;
    }
    return false;
  }

  template <typename Condition>
  void run_until(Process& process, Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      context.run_one_for(std::chrono::milliseconds(100));
      if (flushing) process.commit(*spool);
    }
  }
  void connect(Process& process) {
    run_until(process, [&] { return process.connected == 1; });
  }
  std::uint64_t stored() { return spool->totals(spool->queue("q")).messages; }

  Folder folder;
  asio::io_context context;
  StubBroker broker{context};
  std::unique_ptr<store::Spool> spool;
  std::vector<std::string> packets;
  std::optional<std::uint32_t> expiry;
  bool silent = false, silent_to_pubrel = false;
  bool flushing = true;  // the owner commits behind each turn
};

using Packets = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Fixture, "messages in memory go in their order, each is delivered once") {
  flushing = false;
  Process process(context, broker.port(), nullptr);
  for (const char* text : {"a", "b", "c"}) process.put("t", text);
  CHECK(process.outbox->waiting() == 3);
  run_until(process, [&] { return process.delivered == 3; });
  CHECK(packets ==
        Packets{"publish 1 a", "publish 2 b", "publish 3 c", "pubrel 1", "pubrel 2", "pubrel 3"});
  CHECK(process.outbox->queued() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a message is on the disk before it leaves, and gone when it is taken") {
  Process process(context, broker.port(), spool.get());
  connect(process);
  flushing = false;
  process.put("t", "a");
  for (int turns = 0; turns < 20; ++turns) context.poll();
  CHECK(packets.empty());
  CHECK(stored() == 1);
  flushing = true;
  run_until(process, [&] { return process.delivered == 1; });
  process.commit(*spool);
  CHECK(stored() == 0);
}

TEST_CASE_FIXTURE(Fixture, "after a crash a message goes out again under its identifier") {
  silent = true;
  {
    Process process(context, broker.port(), spool.get());
    connect(process);
    process.put("t", "a");
    run_until(process, [&] { return packets.size() == 1; });
  }
  broker.connack.session_present = true;
  silent = false;
  Process process(context, broker.port(), spool.get());
  run_until(process, [&] { return process.delivered == 1; });
  CHECK(packets == Packets{"publish 1 a", "dup 1 a", "pubrel 1"});
}

TEST_CASE_FIXTURE(Fixture, "after a crash behind PUBREC only PUBREL is repeated") {
  silent_to_pubrel = true;
  {
    Process process(context, broker.port(), spool.get());
    connect(process);
    process.put("t", "a");
    run_until(process, [&] { return packets.size() == 2; });
  }
  broker.connack.session_present = true;
  silent_to_pubrel = false;
  Process process(context, broker.port(), spool.get());
  process.put("t", "b");
  run_until(process, [&] { return process.delivered == 2; });
  CHECK(packets == Packets{"publish 1 a", "pubrel 1", "pubrel 1", "publish 2 b", "pubrel 2"});
}

TEST_CASE_FIXTURE(Fixture, "what a broker has forgotten is sent as new") {
  silent = true;
  {
    Process process(context, broker.port(), spool.get());
    connect(process);
    process.put("t", "a");
    run_until(process, [&] { return packets.size() == 1; });
  }
  silent = false;
  Process process(context, broker.port(), spool.get());
  run_until(process, [&] { return process.delivered == 1; });
  CHECK(packets == Packets{"publish 1 a", "publish 1 a", "pubrel 1"});
}

TEST_CASE_FIXTURE(Fixture, "what waits in a spool goes when the broker is there") {
  {
    Process process(context, broker.port(), spool.get());
    for (int number = 0; number < 100; ++number) process.put("t", std::to_string(number));
    process.commit(*spool);
  }
  CHECK(stored() == 100);
  Process process(context, broker.port(), spool.get());
  run_until(process, [&] { return process.delivered == 100; });
  CHECK(packets[99].starts_with("publish"));
  CHECK(packets[99].ends_with(" 99"));
}

TEST_CASE_FIXTURE(Fixture, "a message that the broker does not take is kept as refused") {
  broker.script = [](StubBroker::Peer& peer, const wire::Frame& frame) {
    if (frame.type() != PacketType::publish) return false;
    constexpr std::uint8_t not_authorized[] = {0x40, 0x03, 0x00, 0x01, 0x87};
    peer.send(wire::ByteView(not_authorized));
    return true;
  };
  Process process(context, broker.port(), spool.get());
  connect(process);
  process.put("t", "a", QoS::at_least_once);
  run_until(process, [&] { return process.refused == 1; });
  process.commit(*spool);
  CHECK(spool->totals(spool->queue("q")).refused == 1);
  CHECK(stored() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a batch leaves when it is full, and is the same after a crash") {
  const Batch batch{Batch::Format::json_array, 3, 60'000};
  silent = true;
  {
    Process process(context, broker.port(), spool.get());
    connect(process);
    for (const char* text : {"1", "2", "3", "4"}) {
      process.put("t", text, QoS::exactly_once, batch);
    }
    run_until(process, [&] { return packets.size() == 1; });
  }
  CHECK(packets == Packets{"publish 1 [1,2,3]"});
  CHECK(stored() == 4);
  silent = false;
  broker.connack.session_present = true;
  Process process(context, broker.port(), spool.get());
  run_until(process, [&] { return process.delivered == 3; });
  CHECK(packets[1] == "dup 1 [1,2,3]");
  process.commit(*spool);
  CHECK(stored() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a batch that is not full leaves when its first message has waited") {
  Process process(context, broker.port(), spool.get());
  connect(process);
  process.put("t", "a", QoS::at_least_once, {Batch::Format::lines, 100, 5});
  process.put("t", "", QoS::at_least_once, {Batch::Format::lines, 100, 5});
  run_until(process, [&] { return process.delivered == 2; });
  CHECK(packets == Packets{"publish 1 a\n\n"});
}

TEST_CASE_FIXTURE(Fixture, "a message of another kind closes the batch of its topic first") {
  Process process(context, broker.port(), spool.get());
  connect(process);
  const Batch batch{Batch::Format::lines, 100, 60'000};
  process.put("t", "a", QoS::at_least_once, batch);
  process.put("u", "x", QoS::at_least_once, batch);
  process.put("t", "b", QoS::exactly_once);
  run_until(process, [&] { return process.delivered == 2; });
  CHECK(packets == Packets{"publish 1 a\n", "publish 2 b", "pubrel 2"});
}

TEST_CASE_FIXTURE(Fixture, "a batch leaves before it is too long for the broker") {
  wire::PropertyWriter connack;
  connack.add(wire::PropertyId::maximum_packet_size, 100);
  broker.connack.properties = connack.view();
  Process process(context, broker.port(), spool.get());
  connect(process);
  const Batch batch{Batch::Format::lines, 100, 60'000};
  for (const char letter : {'a', 'b', 'c'}) {
    process.put("t", std::string(30, letter), QoS::at_least_once, batch);
  }
  run_until(process, [&] { return process.delivered == 2; });
  CHECK(packets ==
        Packets{"publish 1 " + std::string(30, 'a') + '\n' + std::string(30, 'b') + '\n'});
}

TEST_CASE_FIXTURE(Fixture, "of more topics than can wait the first leave early") {
  Process process(context, broker.port(), spool.get());
  connect(process);
  for (int i = 0; i < 5000; ++i) {
    process.put(std::to_string(i), "x", QoS::at_most_once, {Batch::Format::lines, 100, 3'600'000});
  }
  CHECK(process.delivered == 5000 - 4096);
}

TEST_CASE_FIXTURE(Fixture, "time in the queue is taken off the message expiry interval") {
  std::int64_t now = 1'000'000;
  Outbox::Settings settings;
  settings.clock = [&now] { return now; };
  Process process(context, broker.port(), spool.get(), settings);
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::message_expiry_interval, 60);
  SpooledMessage message;
  message.publish.topic = "t";
  message.publish.qos = QoS::at_least_once;
  message.publish.properties = properties.view();
  message.received_at = now;
  message.expires_at = now + 60'000;
  process.outbox->put(message);
  process.commit(*spool);

  SUBCASE("which it leaves with") {
    now += 45'500;
    run_until(process, [&] { return process.delivered == 1; });
    CHECK(expiry == 15);
  }
  SUBCASE("and one that has none left is given up") {
    now += 60'000;
    run_until(process, [&] { return process.expired == 1; });
    CHECK(packets.empty());
    process.commit(*spool);
    CHECK(stored() == 0);
  }
  SUBCASE("a clock that was set back keeps it longer and never too long to encode") {
    now -= 10'000'000'000'000;
    run_until(process, [&] { return process.delivered == 1; });
    CHECK(expiry == 0xFFFF'FFFF);
  }
}

TEST_CASE_FIXTURE(Fixture, "messages that are too old are given up while the broker is away") {
  std::int64_t now = 1'000'000;
  Outbox::Settings settings;
  settings.clock = [&now] { return now; };
  settings.age = std::chrono::milliseconds(1000);
  Process process(context, 1, spool.get(), settings);
  process.put("t", "old");
  process.commit(*spool);
  now += 2000;
  process.now = now;
  process.put("t", "new");
  process.commit(*spool);
  process.outbox->expire();
  CHECK(process.expired == 1);
  process.commit(*spool);
  CHECK(stored() == 1);
}

TEST_CASE_FIXTURE(Fixture, "the oldest that is not on its way can be dropped") {
  Process process(context, 1, spool.get());
  process.put("t", "a");
  process.put("t", "b");
  CHECK(process.outbox->drop_oldest() == 0);  // none is committed
  process.commit(*spool);
  CHECK(process.outbox->drop_oldest() == 1);
  CHECK(stored() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a rate spreads messages over time") {
  flushing = false;
  Outbox::Settings settings;
  settings.rate = 200;
  Process process(context, broker.port(), nullptr, settings);
  connect(process);
  const auto start = std::chrono::steady_clock::now();
  for (int number = 0; number < 21; ++number) process.put("t", "x", QoS::at_least_once);
  run_until(process, [&] { return process.delivered == 21; });
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(75));
}

}  // namespace mqrig::client::tests
