// Enhanced authentication, section 4.12 of MQTT 5.0.
#include <tests/support/scripted_client.hpp>

using namespace mqrig;
using namespace std::chrono_literals;
using session::Error;
using test::Bytes;
using test::Lines;
using test::OwnedProperties;
using test::ScriptedClient;
using wire::PropertyId;
using wire::QoS;
using wire::ReasonCode;
using wire::Version;

namespace {

struct Authentication {
  OwnedProperties method{{PropertyId::authentication_method, "M"}};
  OwnedProperties first{{PropertyId::authentication_method, "M"},
                        {PropertyId::authentication_data, "1"}};
  OwnedProperties second{{PropertyId::authentication_method, "M"},
                         {PropertyId::authentication_data, "2"}};
  OwnedProperties other{{PropertyId::authentication_method, "N"}};
  ScriptedClient client;

  Authentication() { client.connect.properties = method; }

  std::error_code authenticate(wire::Properties properties) {
    return client.session.authenticate(properties, client.clock.now(), client.out);
  }
  std::error_code reauthenticate(wire::Properties properties) {
    return client.session.reauthenticate(properties, client.clock.now(), client.out);
  }
};

}  // namespace

TEST_CASE(
    "the owner answers AUTH of the server until CONNACK comes [MQTT-4.12.0-2] [MQTT-4.12.0-3] "
    "[MQTT-4.12.0-5] [MQTT-3.15.2-1]") {
  Authentication auth;
  auth.client.open();
  CHECK(auth.client.receive_auth(ReasonCode::continue_authentication, auth.first) ==
        Lines{"auth 0x18 {authentication-method=M, authentication-data=1}"});
  CHECK_FALSE(auth.authenticate(auth.second));
  CHECK(auth.client.sent() == Lines{"AUTH 0x18 {authentication-method=M, authentication-data=2}"});
  CHECK(auth.client.receive_connack(
            {.session_present = false, .reason = ReasonCode::success, .properties = auth.second}) ==
        Lines{"connected {authentication-method=M, authentication-data=2}"});
}

TEST_CASE("each AUTH of the server extends the time for CONNACK") {
  Authentication auth;
  auth.client.open();
  auth.client.clock.advance(25s);
  auth.client.receive_auth(ReasonCode::continue_authentication, auth.first);
  CHECK(auth.client.session.deadline() ==
        auth.client.clock.now() + auth.client.settings.connack_timeout);
}

TEST_CASE("a refusal may come at any point of the exchange [MQTT-4.12.0-1] [MQTT-4.12.0-4]") {
  Authentication auth;
  auth.client.open();
  auth.client.receive_auth(ReasonCode::continue_authentication, auth.first);
  CHECK(auth.client.receive_connack({.session_present = false,
                                     .reason = ReasonCode::bad_authentication_method,
                                     .properties = {}}) == Lines{"refused 0x8c"});
  CHECK(auth.authenticate(auth.second) == Error::not_connected);
}

TEST_CASE("another method in AUTH or CONNACK, or none, is a fault [MQTT-4.12.0-5]") {
  for (const bool none : {false, true}) {
    Authentication auth;
    auth.client.open();
    CHECK(auth.client.receive_auth(ReasonCode::continue_authentication,
                                   none ? wire::Properties() : auth.other) == Lines{"fault 0x82"});
    CHECK(auth.client.sent() == Lines{"DISCONNECT 0x82"});
    Authentication second;
    second.client.open();
    CHECK(second.client.receive_connack({.session_present = false,
                                         .reason = ReasonCode::success,
                                         .properties = none ? wire::Properties() : second.other}) ==
          Lines{"fault 0x82"});
  }
}

TEST_CASE("without a method in CONNECT the server may not authenticate [MQTT-4.12.0-6]") {
  Authentication auth;
  auth.client.connect.properties = {};
  auth.client.open();
  CHECK(auth.client.receive_auth(ReasonCode::continue_authentication, auth.first) ==
        Lines{"fault 0x82"});
  auth.client.open();
  CHECK(auth.client.receive_connack(
            {.session_present = false, .reason = ReasonCode::success, .properties = auth.method}) ==
        Lines{"fault 0x82"});
}

TEST_CASE("without a method in CONNECT no AUTH is sent [MQTT-4.12.0-7]") {
  Authentication auth;
  auth.client.connect.properties = {};
  auth.client.establish();
  CHECK(auth.authenticate(auth.first) == Error::no_authentication_method);
  CHECK(auth.reauthenticate(auth.first) == Error::no_authentication_method);
  CHECK(auth.client.out.empty());
}

TEST_CASE("re-authentication begins with AUTH 0x19 and ends with 0x00 [MQTT-4.12.1-1]") {
  Authentication auth;
  auth.client.establish(auth.method);
  CHECK_FALSE(auth.reauthenticate(auth.first));
  CHECK(auth.client.sent() == Lines{"AUTH 0x19 {authentication-method=M, authentication-data=1}"});
  CHECK(auth.client.receive_auth(ReasonCode::continue_authentication, auth.second).size() == 1);
  CHECK_FALSE(auth.authenticate(auth.second));
  // Messages flow meanwhile.
  CHECK_FALSE(auth.client.publish("a", QoS::at_most_once));
  CHECK(auth.client.receive_auth(ReasonCode::success, auth.method) ==
        Lines{"auth 0x00 {authentication-method=M}"});
  CHECK(auth.client.session.state() == session::ClientSession::State::connected);
}

TEST_CASE("re-authentication keeps the method of CONNECT [MQTT-4.12.1-1]") {
  Authentication auth;
  auth.client.establish(auth.method);
  CHECK(auth.reauthenticate(auth.other) == Error::no_authentication_method);
  CHECK(auth.reauthenticate({}) == Error::no_authentication_method);
  CHECK(auth.client.out.empty());
}

TEST_CASE("re-authentication needs a connection") {
  Authentication auth;
  CHECK(auth.reauthenticate(auth.first) == Error::not_connected);
  auth.client.open();
  CHECK(auth.reauthenticate(auth.first) == Error::not_connected);
}

TEST_CASE("a re-authentication that fails ends the connection [MQTT-4.12.1-2]") {
  Authentication auth;
  auth.client.establish(auth.method);
  auth.reauthenticate(auth.first);
  auth.client.sent();
  CHECK(auth.client.receive_disconnect(ReasonCode::not_authorized) == Lines{"disconnected 0x87"});
  CHECK(auth.client.session.state() == session::ClientSession::State::closed);
  CHECK(auth.reauthenticate(auth.first) == Error::not_connected);
}

TEST_CASE("AUTH that the client did not begin is a fault") {
  Authentication unasked;
  unasked.client.establish(unasked.method);
  CHECK(unasked.client.receive_auth(ReasonCode::continue_authentication, unasked.first) ==
        Lines{"fault 0x82"});
  Authentication twice;
  twice.client.establish(twice.method);
  twice.reauthenticate(twice.first);
  CHECK(twice.client.receive_auth(ReasonCode::success, twice.method).size() == 1);
  CHECK(twice.client.receive_auth(ReasonCode::success, twice.method) == Lines{"fault 0x82"});
  for (const ReasonCode reason : {ReasonCode::success, ReasonCode::reauthenticate}) {
    Authentication early;
    early.client.open();
    CHECK(early.client.receive_auth(reason, early.method) == Lines{"fault 0x82"});
  }
}

TEST_CASE("AUTH with reserved bits is malformed [MQTT-3.15.1-1]") {
  Authentication auth;
  auth.client.open();
  CHECK(auth.client.receive(Bytes{0xF1, 2, 0x18, 0}) == Lines{"fault 0x81"});
}

TEST_CASE("AUTH is 5.0's") {
  ScriptedClient client(Version::mqtt_3_1_1);
  const OwnedProperties method{{PropertyId::authentication_method, "M"}};
  client.connect.properties = method;
  client.establish();
  CHECK(client.session.reauthenticate(method, client.clock.now(), client.out) ==
        Error::not_in_version);
  CHECK(client.receive(Bytes{0xF0, 0}) == Lines{"fault 0x81"});
}

TEST_CASE("AUTH above the server's maximum size is not sent [MQTT-3.15.2-2] [MQTT-3.15.2-3]") {
  Authentication auth;
  const OwnedProperties small{{PropertyId::authentication_method, "M"},
                              {PropertyId::maximum_packet_size, 12}};
  const OwnedProperties large{{PropertyId::authentication_method, "M"},
                              {PropertyId::reason_string, "too long to be sent"}};
  auth.client.establish(small);
  CHECK(auth.reauthenticate(large) == Error::packet_too_large);
  CHECK(auth.client.out.empty());
  CHECK_FALSE(auth.reauthenticate(auth.method));
}

TEST_CASE("the size limit of an earlier connection does not bind the AUTH of the next") {
  Authentication auth;
  const OwnedProperties small{{PropertyId::authentication_method, "M"},
                              {PropertyId::maximum_packet_size, 5}};
  auth.client.establish(small);
  auth.client.session.close();
  auth.client.open();
  auth.client.receive_auth(ReasonCode::continue_authentication, auth.first);
  CHECK_FALSE(auth.authenticate(auth.second));
}
