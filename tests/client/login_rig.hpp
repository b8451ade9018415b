// What tests of logins and their renewal are made of.
#pragma once

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
class LoginRig : public Handler {
 public:
  LoginRig() {
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
    if (frame.type() == PacketType::disconnect) {
      wire::Disconnect packet;
      REQUIRE(wire::decode(frame, peer.version, packet) == wire::Fault::none);
      disconnects.push_back(packet.reason);
      journal.push_back("DISCONNECT " + std::to_string(peer.number));
    }
    if (frame.type() == PacketType::publish && on_publish_packet) {
      return on_publish_packet(peer, frame);
    }
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
    journal.push_back((connect.clean_start ? "CONNECT " : "CONNECT to resume ") +
                      std::to_string(peer.number));
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
  void on_disconnected() override { ++ended; }
  void on_message(const wire::Publish& publish, std::uint64_t) override {
    journal.push_back("message " + std::string(publish.topic));
  }
  void on_published(std::uint64_t, ReasonCode, wire::Properties) override {
    journal.push_back("published");
  }

  asio::io_context context;
  StubBroker broker{context};
  Options options;
  std::shared_ptr<Tokens> tokens = std::make_shared<Tokens>(context);
  std::function<bool(StubBroker::Peer&)> on_connect_packet, on_auth_packet;
  std::function<bool(StubBroker::Peer&, const wire::Frame&)> on_publish_packet;
  std::optional<Client> client;
  int connected = 0, ended = 0;
  std::vector<ReasonCode> disconnects;
  std::vector<std::string> journal;  // what happened, with the numbers of connections
  std::vector<Version> versions;
  std::vector<std::string> passwords, data;  // of CONNECTs
  std::vector<std::pair<ReasonCode, std::string>> auths;
  std::vector<Failure> lost;
  std::optional<Failure> failure;
};

}  // namespace mqrig::client::tests
