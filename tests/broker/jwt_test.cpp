// JWTs at the broker: as passwords, by enhanced authentication, and what they allow for how long.
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>

#include <mqrig/auth/jwt_verifier.hpp>
#include <mqrig/auth/password_file.hpp>
#include <mqrig/broker/acl.hpp>
#include <mqrig/wire/decode.hpp>
#include <tests/auth/jwt_issuer.hpp>
#include <tests/support/broker_rig.hpp>

using namespace mqrig;
using auth::tests::JwtIssuer;
using test::BrokerRig;
using test::Lines;
using test::MqttPeer;
using test::OwnedProperties;
using wire::PropertyId;
using wire::ReasonCode;
using wire::Version;
using namespace std::chrono_literals;

namespace {

const JwtIssuer& issuer() {
  static const JwtIssuer made = JwtIssuer::ed25519();
  return made;
}

// With a token that expires after this time, and further claims: R"("acl":{})".
std::string token(std::string_view user, std::chrono::milliseconds life = 1h,
                  std::string_view claims = {}) {
  const std::chrono::duration<double> end =
      std::chrono::system_clock::now().time_since_epoch() + life;
  return issuer().token(R"({"sub":")" + std::string(user) + R"(","exp":)" +
                        std::to_string(end.count()) + (claims.empty() ? "" : ",") +
                        std::string(claims) + "}");
}

struct Rig : BrokerRig {
  explicit Rig(bool anonymous = false) : BrokerRig(settings(anonymous)) {
    const auto verifier = new_verifier();
    REQUIRE(verifier->set_keys(issuer().jwks()) == "");
    broker->set_jwt(verifier);
  }
  static std::shared_ptr<auth::JwtVerifier> new_verifier() {
    return std::make_shared<auth::JwtVerifier>(
        auth::JwtVerifier::Settings{.issuer = {}, .audiences = {}, .leeway = 0s});
  }
  static broker::Settings settings(bool anonymous) {
    broker::Settings made = quiet();
    made.allow_anonymous = anonymous;
    made.verbose = true;
    return made;
  }

  MqttPeer& log_in(std::string_view user, std::string_view password,
                   std::string_view client_id = "c", Version version = Version::mqtt_5) {
    wire::Connect packet;
    packet.client_id = client_id;
    if (!user.empty()) packet.user_name = user;
    packet.password = wire::as_bytes(password);
    MqttPeer& peer = BrokerRig::connect(packet, version);
    settle();
    return peer;
  }
  MqttPeer& authenticate(std::string_view data, std::string_view method = "OAUTH2-JWT") {
    const OwnedProperties properties = with(data, method);
    wire::Connect packet;
    packet.client_id = "c";
    packet.properties = properties;
    MqttPeer& peer = BrokerRig::connect(packet);
    settle();
    return peer;
  }
  void authenticate_again(MqttPeer& peer, std::string_view data) {
    const OwnedProperties properties = with(data, "OAUTH2-JWT");
    wire::Buffer packet;
    wire::encode(packet,
                 wire::Auth{.reason = ReasonCode::reauthenticate, .properties = properties});
    peer.send(packet);
    settle();
  }
  static OwnedProperties with(std::string_view data, std::string_view method) {
    return {{PropertyId::authentication_method, method}, {PropertyId::authentication_data, data}};
  }

  bool said(std::string_view text) const {
    for (const std::string& line : observer.activities) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  }
};

// The first packet, without its properties.
std::string kind(const Lines& lines) {
  return lines.empty() ? "nothing" : lines[0].substr(0, lines[0].find(" {"));
}

std::string subscribe(Rig& rig, MqttPeer& peer, std::string_view filter) {
  peer.received();
  peer.subscribe(filter);
  rig.settle();
  return kind(peer.received());
}

std::string publish(Rig& rig, MqttPeer& peer, std::string_view topic) {
  peer.received();
  peer.publish(topic, "", wire::QoS::at_least_once, 1);
  rig.settle();
  return kind(peer.received());
}

}  // namespace

TEST_CASE("a token is a password, and its user counts") {
  Rig rig;
  CHECK(kind(rig.log_in("ann", token("joe")).received()) == "CONNACK");
  CHECK(rig.said("has a token of 'joe' until "));
  CHECK(kind(rig.log_in("", token("joe"), "d").received()) == "CONNACK");
  CHECK(kind(rig.log_in("x", token("joe"), "e", Version::mqtt_3_1_1).received()) == "CONNACK");
}

TEST_CASE("whoever has no valid token does not come in") {
  Rig rig;
  CHECK(kind(rig.log_in("joe", "secret").received()) == "CONNACK 0x86");
  CHECK(kind(rig.log_in("joe", token("joe", -1s)).received()) == "CONNACK 0x86");
  CHECK(rig.said("has no valid token: it expired at "));
  CHECK(kind(rig.log_in("joe", JwtIssuer::ed25519().token("{}")).received()) == "CONNACK 0x86");
  CHECK(rig.said("has no valid token: its signature is wrong"));
  CHECK(kind(rig.connect(wire::Connect{}).received()) == "CONNACK 0x87");
}

TEST_CASE("a token that is not valid does not make its bearer anonymous") {
  Rig rig(true);
  CHECK(kind(rig.log_in("", token("joe", -1s)).received()) == "CONNACK 0x86");
}

TEST_CASE("as long as there are no keys, whoever has a token is to come again") {
  Rig rig;
  MqttPeer& peer = rig.authenticate(token("joe"));
  CHECK(kind(peer.received()) == "CONNACK");
  const auto verifier = Rig::new_verifier();
  rig.broker->set_jwt(verifier);
  CHECK(kind(rig.log_in("joe", token("joe"), "d").received()) == "CONNACK 0x88");
  CHECK(rig.said("has a token to come again with: there are no keys yet to check it with"));
  CHECK(kind(rig.log_in("x", token("joe"), "d", Version::mqtt_3_1_1).received()) == "CONNACK 0x88");
  CHECK(kind(rig.log_in("joe", "a.b.c", "d").received()) == "CONNACK 0x86");
  rig.authenticate_again(peer, token("joe"));
  CHECK(peer.received() == Lines{"DISCONNECT 0x89"});
  CHECK(kind(rig.authenticate(token("joe")).received()) == "CONNACK 0x88");
  REQUIRE(verifier->set_keys(issuer().jwks()) == "");
  CHECK(kind(rig.log_in("joe", token("joe"), "d").received()) == "CONNACK");
  CHECK(kind(rig.authenticate(token("joe")).received()) == "CONNACK");
}

TEST_CASE("users with a password may come by that, too") {
  auth::PasswordFile users;
  users.add("joe", auth::PasswordHash::make("a.b.c", 1));  // as a token looks
  Rig rig;
  rig.broker->set_passwords(std::make_shared<const auth::PasswordFile>(std::move(users)));
  MqttPeer& peer = rig.log_in("joe", "a.b.c");
  rig.run_until([&] { return rig.broker->statistics().clients_now == 1; });
  CHECK(kind(rig.log_in("joe", token("ann"), "d").received()) == "CONNACK");
  CHECK(rig.said("has a token of 'ann'"));
  rig.log_in("ann", "secret", "e");
  rig.run_until([&] { return rig.broker->statistics().refused == 1; });
  CHECK_FALSE(peer.ended());
}

TEST_CASE("a token comes by enhanced authentication [MQTT-4.12.0-5]") {
  Rig rig;
  const Lines lines = rig.authenticate(token("joe")).received();
  CHECK(kind(lines) == "CONNACK");
  CHECK(lines[0].find("authentication-method=OAUTH2-JWT") != std::string::npos);
  CHECK(kind(rig.authenticate(token("joe"), "CUSTOM-JWT").received()) == "CONNACK");
  CHECK(kind(rig.authenticate(token("joe"), "OTHER-JWT").received()) == "CONNACK 0x8c");
  CHECK(kind(rig.authenticate(token("joe", -1s)).received()) == "CONNACK 0x87");
  CHECK(kind(rig.authenticate("").received()) == "CONNACK 0x87");
  rig.broker->set_jwt(nullptr);
  CHECK(kind(rig.authenticate(token("joe")).received()) == "CONNACK 0x8c");
}

TEST_CASE("a connection ends with its token, and its will is published") {
  Rig rig(true);
  MqttPeer& watcher = rig.subscriber("watcher", "will");
  const std::string short_lived = token("joe", 50ms);
  wire::Connect packet;
  packet.client_id = "c";
  packet.user_name = "joe";
  packet.password = wire::as_bytes(short_lived);
  packet.will = test::will("will", "gone");
  MqttPeer& peer = rig.connect(packet);
  packet.client_id = "d";
  MqttPeer& old = rig.connect(packet, Version::mqtt_3_1_1);
  rig.settle();
  CHECK(kind(peer.received()) == "CONNACK");
  CHECK(kind(old.received()) == "CONNACK");
  rig.run_until([&] { return peer.ended() && old.ended(); });
  CHECK(peer.received() == Lines{"DISCONNECT 0xa0"});
  CHECK(old.received().empty());
  CHECK(watcher.received() == Lines{"PUBLISH q0 t=will p=gone", "PUBLISH q0 t=will p=gone"});
  CHECK(rig.said("is disconnected: its token has expired"));
}

TEST_CASE("a newer token of the same user extends the connection [MQTT-4.12.1-1]") {
  Rig rig(true);
  MqttPeer& peer = rig.authenticate(token("joe", 50ms));
  MqttPeer& control = rig.log_in("ann", token("ann", 50ms), "d");
  peer.received();
  rig.authenticate_again(peer, token("joe"));
  CHECK(kind(peer.received()) == "AUTH");
  rig.run_until([&] { return control.ended(); });
  CHECK_FALSE(peer.ended());
}

TEST_CASE("a token of somebody else, or none, ends it [MQTT-4.12.1-2]") {
  Rig rig;
  for (const std::string& other : {token("ann"), token("joe", -1s), std::string()}) {
    MqttPeer& peer = rig.authenticate(token("joe"));
    peer.received();
    rig.authenticate_again(peer, other);
    CHECK(peer.received() == Lines{"DISCONNECT 0x87"});
    CHECK(peer.ended());
  }
}

TEST_CASE("a token limits what its bearer does with topics") {
  Rig rig;
  MqttPeer& peer = rig.log_in(
      "x", token("joe", 1h, R"("acl":{"pub":["out/${username}"],"sub":["in/${clientid}/#"]})"));
  CHECK(publish(rig, peer, "out/joe") == "PUBACK 1 0x10");
  CHECK(publish(rig, peer, "out/ann") == "PUBACK 1 0x87");
  CHECK(publish(rig, peer, "in/c/1") == "PUBACK 1 0x87");
  CHECK(subscribe(rig, peer, "in/c/+") == "SUBACK 1 0x00");
  CHECK(subscribe(rig, peer, "in/d/+") == "SUBACK 1 0x87");
  CHECK(subscribe(rig, peer, "out/joe") == "SUBACK 1 0x87");
  // What it may read of "#" is sent, and no more.
  CHECK(subscribe(rig, peer, "#") == "SUBACK 1 0x00");
  MqttPeer& other = rig.log_in("x", token("ann"), "d");
  other.publish("in/c/1", "for c");
  other.publish("in/d/1", "for d");
  rig.settle();
  const Lines lines = peer.received();
  for (const std::string& line : lines) CHECK(line.find("for c") != std::string::npos);
  CHECK_FALSE(lines.empty());
}

TEST_CASE("a name does not reach into topics of others") {
  Rig rig;
  constexpr std::string_view own = R"("acl":{"all":["${clientid}/#","u/${username}"]})";
  for (const std::string_view id : {"#", "+", "a/b", "$SYS"}) {
    CAPTURE(id);
    MqttPeer& peer = rig.log_in("x", token("+", 1h, own), id);
    CHECK(subscribe(rig, peer, "a/b/c") == "SUBACK 1 0x87");
    CHECK(subscribe(rig, peer, "$SYS/#") == "SUBACK 1 0x87");
    CHECK(publish(rig, peer, "u/ann") == "PUBACK 1 0x87");
  }
}

TEST_CASE("a token allows nothing that the ACL file does not") {
  Rig rig;
  std::string error;
  const auto acl = broker::Acl::parse("user joe\ntopic a/#\n", error);
  REQUIRE(acl);
  rig.broker->set_acl(std::make_shared<const broker::Acl>(*acl));
  MqttPeer& peer = rig.log_in("x", token("joe", 1h, R"("acl":{"all":["a/1","b"]})"));
  CHECK(publish(rig, peer, "a/1") == "PUBACK 1 0x10");
  CHECK(publish(rig, peer, "a/2") == "PUBACK 1 0x87");
  CHECK(publish(rig, peer, "b") == "PUBACK 1 0x87");
  // A list that is read anew does not set the token's limits aside.
  rig.broker->set_acl(nullptr);
  CHECK(publish(rig, peer, "b") == "PUBACK 1 0x10");
  CHECK(publish(rig, peer, "a/2") == "PUBACK 1 0x87");
}

TEST_CASE("a newer token brings its own limits") {
  Rig rig;
  MqttPeer& peer = rig.authenticate(token("joe", 1h, R"("acl":{"pub":["a"]})"));
  CHECK(publish(rig, peer, "b") == "PUBACK 1 0x87");
  rig.authenticate_again(peer, token("joe", 1h, R"("acl":{"pub":["b"]})"));
  CHECK(publish(rig, peer, "b") == "PUBACK 1 0x10");
  CHECK(publish(rig, peer, "a") == "PUBACK 1 0x87");
  rig.authenticate_again(peer, token("joe"));
  CHECK(publish(rig, peer, "a") == "PUBACK 1 0x10");
}

TEST_CASE("a will that the token does not allow is refused with the connection") {
  Rig rig;
  const std::string limited = token("joe", 1h, R"("acl":{"pub":["a"]})");
  wire::Connect packet;
  packet.client_id = "c";
  packet.password = wire::as_bytes(limited);
  packet.will = test::will("b", "gone");
  MqttPeer& peer = rig.connect(packet);
  rig.settle();
  CHECK(kind(peer.received()) == "CONNACK 0x87");
}

TEST_CASE("a session belongs to the user of the token") {
  Rig rig;
  const std::string of_joe = token("joe");
  const std::string of_ann = token("ann");
  const OwnedProperties stays{{PropertyId::session_expiry_interval, 100}};
  wire::Connect packet;
  packet.client_id = "c";
  packet.clean_start = false;
  packet.user_name = "same";
  packet.properties = stays;
  const auto visit = [&](const std::string& password) -> MqttPeer& {
    packet.password = wire::as_bytes(password);
    MqttPeer& peer = rig.connect(packet);
    rig.settle();
    return peer;
  };
  MqttPeer& first = visit(of_joe);
  first.subscribe("a");
  rig.settle();
  first.disconnect();
  rig.settle();
  visit(of_joe).disconnect();
  rig.settle();
  CHECK(rig.broker->statistics().subscriptions_now == 1);
  visit(of_ann);
  CHECK(rig.broker->statistics().subscriptions_now == 0);
}
