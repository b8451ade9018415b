// Enhanced authentication at the broker: SCRAM behind CONNECT, and again later.
#include <doctest/doctest.h>

#include <memory>
#include <string>

#include <mqrig/auth/password_file.hpp>
#include <mqrig/auth/scram_client.hpp>
#include <mqrig/broker/acl.hpp>
#include <mqrig/wire/encode.hpp>
#include <tests/support/broker_rig.hpp>

using namespace mqrig;
using test::BrokerRig;
using test::Lines;
using test::MqttPeer;
using test::OwnedProperties;
using wire::PropertyId;
using wire::ReasonCode;

namespace {

constexpr auth::ScramMechanism mechanism = auth::ScramMechanism::sha_256;
constexpr std::string_view method = "SCRAM-SHA-256";

// joe and ann have credentials of SCRAM, bob has a hash.
std::shared_ptr<const auth::PasswordFile> users() {
  static const auto file = [] {
    auto made = std::make_shared<auth::PasswordFile>();
    made->add("joe", *auth::ScramCredentials::make(mechanism, "secret", 4096));
    made->add("ann", *auth::ScramCredentials::make(mechanism, "hidden", 4096));
    made->add("bob", auth::PasswordHash::make("plain", 1));
    return made;
  }();
  return file;
}

class Login {
 public:
  Login(BrokerRig& rig, std::string_view user, std::string_view password)
      : peer(rig.attach()), rig_(rig) {
    std::string fault;
    scram_ = auth::ScramClient::make(mechanism, user, password, fault);
  }

  OwnedProperties with(std::string_view data, std::string_view name = method) const {
    return {{PropertyId::authentication_method, name}, {PropertyId::authentication_data, data}};
  }
  void send_auth(ReasonCode reason, const OwnedProperties& properties) {
    wire::Buffer packet;
    wire::encode(packet, wire::Auth{.reason = reason, .properties = properties});
    peer.send(packet);
    rig_.settle();
  }
  // CONNECT, with the first message.
  void begin(std::string_view client_id = "c") {
    const OwnedProperties properties = with(*scram_->begin());
    wire::Connect connect;
    connect.client_id = client_id;
    connect.properties = properties;
    peer.connect(connect);
    rig_.settle();
  }
  // AUTH 0x19, with the first message.
  void begin_again() { send_auth(ReasonCode::reauthenticate, with(*scram_->begin())); }
  // Answers what has come.
  void answer() {
    const Lines lines = peer.received();
    REQUIRE(lines.size() == 1);
    REQUIRE(lines[0].starts_with("AUTH 0x18 "));
    std::string fault;
    const std::optional<std::string> proof = scram_->proceed(data_of(lines[0]), fault);
    REQUIRE_MESSAGE(proof, fault);
    send_auth(ReasonCode::continue_authentication, with(*proof));
  }
  // CONNACK or AUTH of this kind, in which the server proves itself.
  void expect_proof(std::string_view packet) {
    const Lines lines = peer.received();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with(packet));
    CHECK(lines[0].find("authentication-method=SCRAM-SHA-256") != std::string::npos);
    std::string fault;
    CHECK(scram_->finish(data_of(lines[0]), fault));
  }
  void connect() {
    begin();
    answer();
    expect_proof("CONNACK ");
  }

  MqttPeer& peer;

 private:
  static std::string data_of(const std::string& line) {
    constexpr std::string_view name = "authentication-data=";
    const std::size_t start = line.find(name) + name.size();
    return line.substr(start, line.rfind('}') - start);
  }

  BrokerRig& rig_;
  std::unique_ptr<auth::ScramClient> scram_;
};

struct Rig : BrokerRig {
  explicit Rig(bool anonymous = false) : BrokerRig(settings(anonymous)) {
    broker->set_passwords(users());
  }
  static broker::Settings settings(bool anonymous) {
    broker::Settings made = quiet();
    made.allow_anonymous = anonymous;
    return made;
  }
};

}  // namespace

TEST_CASE("who proves to know the password is let in, and is shown that the server knows it too") {
  Rig rig;
  Login joe(rig, "joe", "secret");
  joe.connect();
  joe.peer.ping();
  rig.settle();
  CHECK(joe.peer.received() == Lines{"PINGRESP"});
  CHECK(rig.broker->statistics().clients_now == 1);
}

TEST_CASE("who does not is refused, whoever may connect without a name [MQTT-4.12.0-4]") {
  for (const bool anonymous : {true, false}) {
    Rig rig(anonymous);
    for (const auto* user : {"joe", "nobody", "bob"}) {
      CAPTURE(user);
      Login login(rig, user, "plain");
      login.begin();
      login.answer();
      CHECK(login.peer.received() == Lines{"CONNACK 0x87"});
      CHECK(login.peer.ended());
    }
  }
}

TEST_CASE("a method that is not offered is refused [MQTT-4.12.0-1]") {
  const auto answer = [](BrokerRig& rig, std::string_view name) {
    const OwnedProperties properties{{PropertyId::authentication_method, name}};
    wire::Connect connect;
    connect.properties = properties;
    return rig.connect(connect).received();
  };
  Rig rig;
  CHECK(answer(rig, "SCRAM-SHA-1") == Lines{"CONNACK 0x8c"});
  CHECK(answer(rig, "PLAIN") == Lines{"CONNACK 0x8c"});
  rig.broker->set_passwords(nullptr);
  CHECK(answer(rig, method) == Lines{"CONNACK 0x8c"});
}

TEST_CASE("the rights are those of the user who was proved") {
  Rig rig;
  std::string error;
  rig.broker->set_acl(std::make_shared<const broker::Acl>(
      *broker::Acl::parse("user joe\ntopic readwrite joe/#\n", error)));
  Login joe(rig, "joe", "secret");
  joe.connect();
  joe.peer.subscribe({{.filter = "joe/a"}, {.filter = "ann/a"}});
  rig.settle();
  CHECK(joe.peer.received() == Lines{"SUBACK 1 0x00 0x87"});
}

TEST_CASE("another method in AUTH is refused [MQTT-4.12.0-5]") {
  Rig rig;
  Login joe(rig, "joe", "secret");
  joe.begin();
  joe.peer.received();
  joe.send_auth(ReasonCode::continue_authentication, joe.with("x", "SCRAM-SHA-1"));
  CHECK(joe.peer.received() == Lines{"CONNACK 0x8c"});
}

TEST_CASE("the same user may authenticate again, as often as it likes [MQTT-4.12.1-1]") {
  Rig rig;
  Login joe(rig, "joe", "secret");
  joe.connect();
  for (int times = 0; times < 3; ++times) {
    joe.begin_again();
    joe.answer();
    joe.expect_proof("AUTH {");
  }
  CHECK(rig.broker->statistics().clients_now == 1);
}

TEST_CASE("who authenticates again as another, or fails, is disconnected [MQTT-4.12.1-2]") {
  struct Case {
    std::string_view user;
    std::string_view password;
  };
  for (const Case& row : {Case{"ann", "hidden"}, Case{"joe", "wrong"}, Case{"nobody", "x"}}) {
    CAPTURE(row.user);
    Rig rig;
    Login joe(rig, "joe", "secret");
    joe.connect();
    std::string fault;
    const auto other = auth::ScramClient::make(mechanism, row.user, row.password, fault);
    joe.send_auth(ReasonCode::reauthenticate, joe.with(*other->begin()));
    const Lines lines = joe.peer.received();
    REQUIRE(lines.size() == 1);
    const std::size_t start = lines[0].find("authentication-data=") + 20;
    const auto proof = other->proceed(lines[0].substr(start, lines[0].rfind('}') - start), fault);
    REQUIRE_MESSAGE(proof, fault);
    joe.send_auth(ReasonCode::continue_authentication, joe.with(*proof));
    CHECK(joe.peer.received() == Lines{"DISCONNECT 0x87"});
    CHECK(rig.broker->statistics().clients_now == 0);
  }
}

TEST_CASE("an exchange does not outlive the password file that it began with") {
  Rig rig;
  Login joe(rig, "joe", "secret");
  Login connected(rig, "ann", "hidden");
  joe.begin("joe");
  connected.connect();
  connected.begin_again();
  rig.broker->set_passwords(std::make_shared<const auth::PasswordFile>(*users()));
  joe.answer();
  CHECK(joe.peer.received() == Lines{"CONNACK 0x89"});
  connected.answer();
  CHECK(connected.peer.received() == Lines{"DISCONNECT 0x87"});
  // Whoever is connected stays so, and proves itself to the new one.
  Login again(rig, "ann", "hidden");
  again.connect();
  rig.broker->set_passwords(std::make_shared<const auth::PasswordFile>(*users()));
  again.begin_again();
  again.answer();
  again.expect_proof("AUTH {");
}

TEST_CASE("nothing but AUTH may come before CONNACK [MQTT-3.1.2-30]") {
  Rig rig;
  Login joe(rig, "joe", "secret");
  joe.begin();
  joe.peer.received();
  joe.peer.ping();
  rig.settle();
  CHECK(joe.peer.received() == Lines{"CONNACK 0x82"});
}
