#include <doctest/doctest.h>

#include "login_rig.hpp"

namespace mqrig::client::tests {
namespace {

using Fixture = LoginRig;

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

TEST_CASE_FIXTURE(Fixture, "credentials that are refused are not sent a second time") {
  options.credentials = tokens;
  tokens->changing = false;
  broker.connack.reason = ReasonCode::not_authorized;
  start();
  run_until([&] { return failure.has_value(); });
  CHECK(passwords == std::vector<std::string>{"token-0"});
  CHECK(tokens->asked == 2);
  CHECK(failure->reason == ReasonCode::not_authorized);
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
    run_until([&] { return !disconnects.empty(); });
    CHECK(disconnects[0] == ReasonCode::unspecified_error);  // of those a client may say
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
