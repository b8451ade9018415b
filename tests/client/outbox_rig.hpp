// An outbox, its process, and a broker that notes what comes.
#pragma once

#include <doctest/doctest.h>

#include <unistd.h>

#include <asio/io_context.hpp>
#include <filesystem>
#include <mqrig/client/outbox.hpp>
#include <mqrig/wire/decode.hpp>
#include <optional>

#include "stub_broker.hpp"

namespace mqrig::client::tests {

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

class OutboxFixture {
 public:
  OutboxFixture() {
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

}  // namespace mqrig::client::tests
