#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <mqrig/auth/auth_exchange.hpp>
#include <mqrig/client/client.hpp>
#include <mqrig/client/credentials.hpp>
#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>
#include <optional>

#include "stub_broker.hpp"

namespace mqrig::client::tests {
namespace {

using wire::PacketType;
using wire::PropertyId;
using wire::ReasonCode;
using wire::Version;

// Gives "token-1", "token-2" and so on as passwords, or as Authentication Data of a method.
class Tokens : public CredentialSource {
 public:
  explicit Tokens(asio::io_context& context) : context_(context) {}

  void get(Callback callback) override {
    ++asked;
    asio::post(context_, [this, callback = std::move(callback)] { answer(callback); });
  }
  void cancel() override {}
  void refused() override { ++times_refused; }

  int asked = 0, times_refused = 0;
  std::optional<FailureKind> failure;
  bool failure_is_permanent = false;
  std::string method;
  std::optional<std::chrono::milliseconds> lifetime;  // of the first one
  bool changing = true;                               // each is another one

 private:
  void answer(const Callback& callback) {
    if (failure) {
      Failure why;
      why.kind = *failure;
      why.permanent = failure_is_permanent;
      why.text = "no token";
      return callback({}, why);
    }
    Credentials credentials;
    const std::string token = "token-" + std::to_string(changing ? asked : 0);
    credentials.facts = {"token number " + std::to_string(asked)};
    if (method.empty()) {
      credentials.user_name = "u";
      credentials.password = token;
    } else {
      credentials.authentication_method = method;
      credentials.authentication_data = token;
    }
    if (lifetime && asked == 1) {
      credentials.renew_at = std::chrono::steady_clock::now() + *lifetime;
    }
    callback(std::move(credentials), {});
  }

  asio::io_context& context_;
};

// Answers "challenge" with "response", and wants "proof" at the end.
class Exchange : public auth::ClientExchange {
 public:
  std::string_view method() const override { return "TEST"; }
  std::unique_ptr<ClientExchange> clone() const override { return std::make_unique<Exchange>(); }
  std::optional<std::string> begin() override { return "hello"; }
  std::optional<std::string> proceed(std::string_view data, std::string& fault) override {
    if (data == "challenge") return "response";
    fault = "that is no challenge";
    return {};
  }
  bool finish(std::optional<std::string_view> data, std::string& fault) override {
    if (data == "proof") return true;
    fault = "the server did not prove itself";
    return false;
  }
};

// A client, what it reported, and what its stub broker was told.
class Fixture : public Handler {
 public:
  Fixture() {
    options.brokers.emplace_back("127.0.0.1", broker.port());
    options.reconnect_delay = std::chrono::milliseconds(1);
    options.connect_timeout = std::chrono::seconds(10);
    broker.script = [this](StubBroker::Peer& peer, const wire::Frame& frame) {
      return note(peer, frame);
    };
  }

  void start() {
    client.emplace(context, options, *this);
    client->start();
  }

  template <typename Condition>
  void run_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      context.run_one_for(std::chrono::seconds(1));
    }
  }

  bool note(StubBroker::Peer& peer, const wire::Frame& frame) {
    if (frame.type() == PacketType::disconnect) ++disconnects;
    if (frame.type() == PacketType::auth) {
      wire::Auth auth;
      REQUIRE(wire::decode(frame, Version::mqtt_5, auth) == wire::Fault::none);
      auths.emplace_back(auth.reason,
                         auth.properties.text(PropertyId::authentication_data).value());
      return on_auth_packet && on_auth_packet(peer);
    }
    if (frame.type() != PacketType::connect) return false;
    wire::Connect connect;
    REQUIRE(wire::decode(frame, connect) == wire::Fault::none);
    versions.push_back(connect.version);
    passwords.emplace_back(connect.password ? wire::as_text(*connect.password) : "none");
    data.emplace_back(connect.properties.text(PropertyId::authentication_data).value_or("none"));
    return on_connect_packet && on_connect_packet(peer);
  }

  static void send_auth(StubBroker::Peer& peer, std::string_view method, std::string_view with) {
    send_auth(peer, ReasonCode::continue_authentication, method, with);
  }
  static void send_auth(StubBroker::Peer& peer, ReasonCode reason, std::string_view method,
                        std::string_view with) {
    wire::PropertyWriter properties;
    properties.add(PropertyId::authentication_method, method);
    properties.add(PropertyId::authentication_data, with);
    wire::Auth auth;
    auth.reason = reason;
    auth.properties = properties.view();
    wire::Buffer out;
    REQUIRE(wire::encode(out, auth));
    peer.send(out);
  }
  static void send_connack(StubBroker::Peer& peer, std::string_view method,
                           std::optional<std::string_view> with = {}) {
    wire::PropertyWriter properties;
    properties.add(PropertyId::authentication_method, method);
    if (with) properties.add(PropertyId::authentication_data, *with);
    wire::Connack connack;
    connack.properties = properties.view();
    wire::Buffer out;
    REQUIRE(wire::encode(out, Version::mqtt_5, connack));
    peer.send(out);
  }

  void on_connected(bool, wire::Properties) override { ++connected; }
  void on_connection_lost(const Failure& why, std::chrono::milliseconds) override {
    lost.push_back(why);
  }
  void on_failed(const Failure& why) override { failure = why; }
  void on_disconnected() override {}

  asio::io_context context;
  StubBroker broker{context};
  Options options;
  std::shared_ptr<Tokens> tokens = std::make_shared<Tokens>(context);
  std::function<bool(StubBroker::Peer&)> on_connect_packet, on_auth_packet;
  std::optional<Client> client;
  int connected = 0, disconnects = 0;
  std::vector<Version> versions;
  std::vector<std::string> passwords, data;  // of CONNECTs
  std::vector<std::pair<ReasonCode, std::string>> auths;
  std::vector<Failure> lost;
  std::optional<Failure> failure;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "credentials are asked for before every connect") {
  options.credentials = tokens;
  start();
  run_until([&] { return connected == 1; });
  broker.peers[0]->close();
  run_until([&] { return connected == 2; });
  CHECK(passwords == std::vector<std::string>{"token-1", "token-2"});
  CHECK(lost.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a source that has none keeps the broker from being asked") {
  options.credentials = tokens;
  tokens->failure = FailureKind::unreachable;
  start();
  run_until([&] { return failure.has_value(); });
  CHECK(failure->text == "no token");
  CHECK(broker.peers.empty());
}

TEST_CASE_FIXTURE(Fixture,
                  "a source is asked again when its failure passes, and not when it can't") {
  options.credentials = tokens;
  start();
  run_until([&] { return connected == 1; });
  tokens->failure = FailureKind::input;
  broker.peers[0]->close();
  run_until([&] { return lost.size() >= 2; });
  CHECK_FALSE(failure);
  tokens->failure_is_permanent = true;
  run_until([&] { return failure.has_value(); });
  CHECK(failure->kind == FailureKind::input);
}

TEST_CASE_FIXTURE(Fixture, "credentials that are refused are replaced once") {
  options.credentials = tokens;
  broker.connack.reason = ReasonCode::not_authorized;
  start();
  run_until([&] { return failure.has_value(); });
  CHECK(passwords == std::vector<std::string>{"token-1", "token-2"});
  CHECK(tokens->times_refused == 2);
  CHECK(failure->kind == FailureKind::not_authorised);
  CHECK(failure->text.ends_with(
      "it was given the token number 2: check who has issued it, and for whom"));
}

TEST_CASE_FIXTURE(Fixture, "credentials in use are renewed on a connection that takes over") {
  options.credentials = tokens;
  options.survive_reconnects = true;
  tokens->lifetime = std::chrono::milliseconds(20);
  start();
  run_until([&] { return connected == 2; });
  CHECK(passwords == std::vector<std::string>{"token-1", "token-2"});
  CHECK_FALSE(broker.peers[1]->clean_start);
  CHECK(disconnects == 1);
  CHECK(lost.empty());
}

TEST_CASE_FIXTURE(Fixture, "a source that has nothing newer leaves the connection alone") {
  options.credentials = tokens;
  tokens->lifetime = std::chrono::milliseconds(20);
  tokens->changing = false;
  start();
  run_until([&] { return tokens->asked == 2; });
  context.poll();
  CHECK(broker.peers.size() == 1);
  CHECK(disconnects == 0);
}

TEST_CASE_FIXTURE(Fixture, "with an authentication method the connection stays") {
  options.credentials = tokens;
  tokens->method = "OAUTH2-JWT";
  tokens->lifetime = std::chrono::milliseconds(20);
  on_connect_packet = [](StubBroker::Peer& peer) {
    send_connack(peer, "OAUTH2-JWT");
    return true;
  };
  on_auth_packet = [](StubBroker::Peer& peer) {
    send_auth(peer, ReasonCode::success, "OAUTH2-JWT", "");
    return true;
  };
  start();
  run_until([&] { return auths.size() == 1; });
  CHECK(data == std::vector<std::string>{"token-1"});
  CHECK(auths[0] == std::pair<ReasonCode, std::string>(ReasonCode::reauthenticate, "token-2"));
  CHECK(connected == 1);
}

TEST_CASE_FIXTURE(Fixture, "an exchange goes on until CONNACK, and both have proved themselves") {
  options.authentication = std::make_shared<Exchange>();
  on_connect_packet = [](StubBroker::Peer& peer) {
    send_auth(peer, "TEST", "challenge");
    return true;
  };
  std::string proof = "proof";
  on_auth_packet = [&](StubBroker::Peer& peer) {
    send_connack(peer, "TEST", proof);
    return true;
  };
  SUBCASE("they have") {
    start();
    run_until([&] { return connected == 1; });
    CHECK(data == std::vector<std::string>{"hello"});
    REQUIRE(auths.size() == 1);
    CHECK(auths[0].second == "response");
  }
  SUBCASE("the server has not") {
    proof = "none";
    start();
    run_until([&] { return failure.has_value(); });
    CHECK(failure->kind == FailureKind::not_authorised);
    CHECK(failure->text.find("the server did not prove itself") != std::string::npos);
    CHECK(connected == 0);
  }
}

TEST_CASE_FIXTURE(Fixture, "a challenge that can't be answered ends it") {
  options.authentication = std::make_shared<Exchange>();
  on_connect_packet = [](StubBroker::Peer& peer) {
    send_auth(peer, "TEST", "nonsense");
    return true;
  };
  start();
  run_until([&] { return failure.has_value(); });
  CHECK(failure->text.find("that is no challenge") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "no older version is tried, which has no place for the exchange") {
  options.authentication = std::make_shared<Exchange>();
  broker.connack.reason = ReasonCode::unsupported_protocol_version;
  start();
  run_until([&] { return failure.has_value(); });
  CHECK(versions == std::vector<Version>{Version::mqtt_5});
}

}  // namespace mqrig::client::tests
