// What a stream has proved of a client, and why it failed, as the broker takes it: with a layer
// that pretends to be TLS.
#include <doctest/doctest.h>

#include <mqrig/broker/acl.hpp>
#include <mqrig/net/connect.hpp>
#include <mqrig/net/error.hpp>
#include <mqrig/net/listen_address.hpp>
#include <mqrig/net/tls.hpp>
#include <mqrig/net/url.hpp>
#include <tests/support/broker_rig.hpp>

using namespace mqrig;
using test::BrokerRig;
using test::Lines;
using test::MqttPeer;

namespace {

// Where the bytes begin with '!', the handshake fails.
class ProvedStream final : public net::Stream {
 public:
  ProvedStream(std::unique_ptr<net::Stream> below, std::string identity)
      : below_(std::move(below)), identity_(std::move(identity)) {}

  void set_handler(net::StreamHandler* handler) override { below_->set_handler(handler); }
  void wait_readable() override { below_->wait_readable(); }
  void wait_writable() override { below_->wait_writable(); }
  net::IoResult read_some(std::span<std::uint8_t> into) override {
    const net::IoResult result = below_->read_some(into);
    if (result.count == 0 || into[0] != '!') return result;
    failure_ = "the certificate is a joke";
    return {0, net::Error::tls_failed};
  }
  net::IoResult write_some(std::span<const std::uint8_t> from) override {
    return below_->write_some(from);
  }
  void shutdown_send() override { below_->shutdown_send(); }
  void close() override { below_->close(); }
  std::string description() const override { return below_->description(); }
  std::string peer_address() const override { return below_->peer_address(); }
  std::string failure() const override { return failure_; }
  std::vector<std::string> facts() const override { return {"TLS 9.9", "certificate 0"}; }
  std::string peer_identity() const override { return identity_; }

 private:
  std::unique_ptr<net::Stream> below_;
  std::string identity_;
  std::string failure_;
};

class PretendedTls final : public net::TlsServer {
 public:
  explicit PretendedTls(std::string identity) : identity_(std::move(identity)) {}
  std::unique_ptr<net::Stream> accept(std::unique_ptr<net::Stream> stream) const override {
    return std::make_unique<ProvedStream>(std::move(stream), identity_);
  }
  std::string reload() override { return {}; }

 private:
  std::string identity_;
};

broker::Settings settings() {
  broker::Settings settings = BrokerRig::quiet();
  settings.identity_is_user_name = true;
  settings.verbose = true;
  return settings;
}

// A connection to a new listener of the broker whose clients have this identity.
MqttPeer& dial(BrokerRig& rig, const std::string& identity) {
  net::ListenAddress address("127.0.0.1", 0);
  address.tls = std::make_shared<PretendedTls>(identity);
  std::string detail;
  REQUIRE_FALSE(rig.broker->listen(address, detail));
  net::Connector connector(rig.context);
  std::unique_ptr<net::Stream> made;
  const std::uint16_t port = net::parse_url(rig.broker->urls().back()).url.port;
  connector.start({"127.0.0.1", port}, [&](std::error_code error, std::unique_ptr<net::Stream> s) {
    REQUIRE_FALSE(error);
    made = std::move(s);
  });
  rig.run_until([&] { return made != nullptr; });
  return rig.peers.emplace_back(std::move(made), wire::Version::mqtt_5);
}

Lines answer(BrokerRig& rig, MqttPeer& peer) {
  Lines lines;
  rig.run_until([&] {
    lines = peer.received();
    return !lines.empty() || peer.ended();
  });
  return lines;
}

wire::Connect connect_as(const std::string& user) {
  wire::Connect connect;
  connect.client_id = "c";
  connect.user_name = user;
  return connect;
}

bool tells(const BrokerRig& rig, std::string_view part) {
  for (const std::string& line : rig.observer.activities) {
    if (line.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("the name that was proved is the user, and not the one that CONNECT claims") {
  BrokerRig rig(settings());
  std::string error;
  auto acl =
      broker::Acl::parse("user lamp\ntopic write lamps/#\nuser joe\ntopic write joe/#\n", error);
  REQUIRE(acl);
  rig.broker->set_acl(std::make_shared<const broker::Acl>(std::move(*acl)));
  MqttPeer& peer = dial(rig, "lamp");
  peer.connect(connect_as("joe"));
  CHECK(answer(rig, peer).at(0).starts_with("CONNACK"));
  CHECK(tells(rig, "is connected: TLS 9.9; certificate 0"));
  peer.publish("lamps/1", "x", wire::QoS::at_least_once, 1);
  CHECK(answer(rig, peer).at(0).find("0x87") == std::string::npos);
  peer.publish("joe/1", "x", wire::QoS::at_least_once, 2);
  answer(rig, peer);
  CHECK(tells(rig, "may not publish to joe/1"));
  CHECK_FALSE(tells(rig, "may not publish to lamps/1"));
  CHECK(rig.broker->statistics().tls_sockets == 1);
}

TEST_CASE("a client that has proved no name is refused, with or without a user name") {
  BrokerRig rig(settings());
  MqttPeer& peer = dial(rig, "");
  peer.connect(connect_as("joe"));
  answer(rig, peer);
  CHECK(rig.broker->statistics().refused == 1);
  CHECK(rig.broker->statistics().connections == 0);
  CHECK(tells(rig, "has proved no name by a certificate or a pre-shared key"));
}

TEST_CASE("listeners without TLS go on with what CONNECT says") {
  BrokerRig rig(settings());
  MqttPeer& peer = rig.connect("c");
  CHECK_FALSE(peer.ended());
  CHECK(rig.broker->statistics().tls_sockets == 0);
}

TEST_CASE("a handshake that fails is counted, and its reason is told to who wants to know") {
  BrokerRig rig(settings());
  MqttPeer& peer = dial(rig, "lamp");
  peer.send(wire::as_bytes("!"));
  rig.run_until([&] { return peer.ended(); });
  CHECK(rig.broker->statistics().failed_handshakes == 1);
  CHECK(tells(rig, "is cut off: the certificate is a joke"));
  CHECK(rig.observer.warnings.empty());
  MqttPeer& later = dial(rig, "lamp");
  later.connect(connect_as("joe"));
  answer(rig, later);
  later.send(wire::as_bytes("!"));
  rig.run_until([&] { return later.ended(); });
  CHECK(rig.broker->statistics().failed_handshakes == 1);
}
