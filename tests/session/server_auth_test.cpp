// Enhanced authentication in the server role, section 4.12 of MQTT 5.0.
#include <tests/support/scripted_server.hpp>

#include <mqrig/wire/encode.hpp>

using namespace mqrig;
using namespace std::chrono_literals;
using session::Error;
using test::Lines;
using test::OwnedProperties;
using test::ScriptedServer;
using wire::PropertyId;
using wire::QoS;
using wire::ReasonCode;
using State = session::ServerSession::State;

namespace {

struct Authentication {
  OwnedProperties method{{PropertyId::authentication_method, "M"}};
  OwnedProperties first{{PropertyId::authentication_method, "M"},
                        {PropertyId::authentication_data, "1"}};
  OwnedProperties second{{PropertyId::authentication_method, "M"},
                         {PropertyId::authentication_data, "2"}};
  OwnedProperties other{{PropertyId::authentication_method, "N"}};
  OwnedProperties none{};
  ScriptedServer server;

  explicit Authentication(session::ServerSettings settings = {})
      : server(wire::Version::mqtt_5, settings) {
    server.connect.properties = method;
  }

  std::error_code authenticate(wire::Properties properties) {
    return server.session.authenticate(properties, server.out);
  }
  Lines receive_auth(ReasonCode reason, wire::Properties properties) {
    wire::Buffer bytes;
    wire::encode(bytes, wire::Auth{.reason = reason, .properties = properties});
    return server.receive(bytes);
  }
  Lines receive_answer(wire::Properties properties) {
    return receive_auth(ReasonCode::continue_authentication, properties);
  }
  // CONNECT came, and was answered with AUTH.
  void begin() {
    server.open();
    server.receive_connect();
    REQUIRE_FALSE(authenticate(first));
    server.out.clear();
  }
};

}  // namespace

TEST_CASE(
    "the owner asks for as much as it needs, and then decides [MQTT-4.12.0-2] [MQTT-4.12.0-3] "
    "[MQTT-4.12.0-5]") {
  Authentication auth;
  auth.server.open();
  CHECK(auth.server.receive_connect() ==
        Lines{"CONNECT 5.0 clean keep=60 id=c {authentication-method=M}"});
  CHECK_FALSE(auth.authenticate(auth.first));
  CHECK(auth.server.sent() == Lines{"AUTH 0x18 {authentication-method=M, authentication-data=1}"});
  CHECK(auth.server.session.state() == State::authenticating);
  CHECK(auth.receive_answer(auth.second) ==
        Lines{"auth 0x18 {authentication-method=M, authentication-data=2}"});
  CHECK(auth.server.session.state() == State::deciding);
  CHECK_FALSE(auth.authenticate(auth.method));
  CHECK(auth.server.sent() == Lines{"AUTH 0x18 {authentication-method=M}"});
  CHECK(auth.receive_answer(auth.method) == Lines{"auth 0x18 {authentication-method=M}"});
  CHECK_FALSE(auth.server.accept(auth.second));
  CHECK(auth.server.sent() == Lines{"CONNACK {authentication-method=M, authentication-data=2}"});
}

TEST_CASE("the owner may decide at once, or refuse at any point [MQTT-4.12.0-1] [MQTT-4.12.0-4]") {
  Authentication auth;
  auth.server.establish(auth.method);
  CHECK(auth.server.session.state() == State::connected);

  auth.server.open();
  auth.server.receive_connect();
  auth.server.session.refuse(ReasonCode::bad_authentication_method, {}, auth.server.out);
  CHECK(auth.server.sent() == Lines{"CONNACK 0x8c"});
  CHECK(auth.server.session.state() == State::closed);

  auth.begin();
  auth.receive_answer(auth.second);
  auth.server.session.refuse(ReasonCode::not_authorized, {}, auth.server.out);
  CHECK(auth.server.sent() == Lines{"CONNACK 0x87"});
  CHECK(auth.server.session.state() == State::closed);
}

TEST_CASE("it is not answered before AUTH has come, nor twice") {
  Authentication auth;
  auth.begin();
  CHECK(auth.authenticate(auth.first) == Error::not_connected);
  CHECK(auth.server.accept(auth.method) == Error::not_connected);
  auth.server.session.refuse(ReasonCode::not_authorized, {}, auth.server.out);
  CHECK(auth.server.out.empty());
  CHECK(auth.server.session.state() == State::authenticating);
}

TEST_CASE(
    "without a method in CONNECT no AUTH is sent, and none accepted [MQTT-4.12.0-6] "
    "[MQTT-4.12.0-7]") {
  Authentication auth;
  auth.server.connect.properties = {};
  auth.server.open();
  auth.server.receive_connect();
  CHECK(auth.authenticate(auth.first) == Error::no_authentication_method);
  CHECK_FALSE(auth.server.accept());
  CHECK(auth.server.sent() == Lines{"CONNACK"});
  CHECK(auth.receive_auth(ReasonCode::reauthenticate, auth.method) == Lines{"fault 0x82"});
  CHECK(auth.server.sent() == Lines{"DISCONNECT 0x82"});
}

TEST_CASE("before CONNACK only AUTH and DISCONNECT may come [MQTT-3.1.2-30]") {
  Authentication auth;
  auth.begin();
  CHECK(auth.server.receive_publish(test::message("a", QoS::at_most_once)) == Lines{"fault 0x82"});
  CHECK(auth.server.sent() == Lines{"CONNACK 0x82"});
  CHECK(auth.server.session.state() == State::closed);

  auth.begin();
  CHECK(auth.server.receive_connect() == Lines{"fault 0x82"});
  CHECK(auth.server.sent() == Lines{"CONNACK 0x82"});

  auth.begin();
  CHECK(auth.server.receive_disconnect() == Lines{"disconnected 0x00"});
  CHECK(auth.server.sent() == Lines{});
  CHECK(auth.server.session.state() == State::closed);
}

TEST_CASE("an answer has 0x18 and a method, and is well-formed [MQTT-4.12.0-3] [MQTT-4.12.0-5]") {
  struct Case {
    ReasonCode reason;
    bool method;
  };
  for (const Case& row : {Case{ReasonCode::reauthenticate, true}, Case{ReasonCode::success, true},
                          Case{ReasonCode::continue_authentication, false}}) {
    CAPTURE(static_cast<int>(row.reason));
    Authentication auth;
    auth.begin();
    CHECK(auth.receive_auth(row.reason, row.method ? auth.method : auth.none) ==
          Lines{"fault 0x82"});
    CHECK(auth.server.sent() == Lines{"CONNACK 0x82"});
    CHECK(auth.server.session.state() == State::closed);
  }
  Authentication auth;
  auth.begin();
  CHECK(auth.server.receive({0xF1, 0}) == Lines{"fault 0x81"});
  CHECK(auth.server.sent() == Lines{"CONNACK 0x81"});
}

TEST_CASE("an AUTH that is longer than a CONNECT may be is refused at its header") {
  session::ServerSettings settings;
  settings.maximum_connect_size = 100;
  Authentication auth(settings);
  auth.begin();
  CHECK(auth.server.receive({0xF0, 99}) == Lines{"fault 0x95"});
  CHECK(auth.server.sent() == Lines{"CONNACK 0x95"});
}

TEST_CASE("what comes behind AUTH waits for the answer") {
  Authentication auth;
  auth.begin();
  wire::Buffer bytes;
  wire::encode(
      bytes, wire::Auth{.reason = ReasonCode::continue_authentication, .properties = auth.second});
  wire::encode(bytes, wire::Version::mqtt_5, test::message("a", QoS::at_most_once));
  wire::ByteView in = bytes.view();
  session::ServerEvent event;
  REQUIRE(auth.server.session.read(in, auth.server.clock.now(), event, auth.server.out));
  CHECK_FALSE(auth.server.session.read(in, auth.server.clock.now(), event, auth.server.out));
  CHECK_FALSE(auth.server.accept(auth.method));
  CHECK(auth.server.receive(in) == Lines{"message q0 t=a"});
}

TEST_CASE("the whole exchange has the time of CONNECT") {
  Authentication auth;
  auth.server.open();
  const session::Time end = auth.server.clock.now() + auth.server.settings.connect_timeout;
  auth.server.clock.advance(4s);
  auth.server.receive_connect();
  REQUIRE_FALSE(auth.authenticate(auth.first));
  CHECK(auth.server.session.deadline() == end);
  auth.server.clock.advance(4s);
  auth.receive_answer(auth.second);
  REQUIRE_FALSE(auth.authenticate(auth.first));
  CHECK(auth.server.session.deadline() == end);
  auth.server.sent();
  CHECK(auth.server.time_out() == Lines{"timed out 0x8d"});
  CHECK(auth.server.sent() == Lines{});
  CHECK(auth.server.session.state() == State::closed);
}

TEST_CASE("re-authentication begins with 0x19 and ends with 0x00 [MQTT-4.12.1-1]") {
  Authentication auth;
  auth.server.establish(auth.method);
  for (int times = 0; times < 2; ++times) {
    CHECK(auth.receive_auth(ReasonCode::reauthenticate, auth.first) ==
          Lines{"auth 0x19 {authentication-method=M, authentication-data=1}"});
    CHECK_FALSE(auth.authenticate(auth.second));
    CHECK(auth.receive_answer(auth.first) ==
          Lines{"auth 0x18 {authentication-method=M, authentication-data=1}"});
    CHECK_FALSE(auth.server.session.authenticated(auth.method, auth.server.out));
    CHECK(auth.server.sent() == Lines{"AUTH 0x18 {authentication-method=M, authentication-data=2}",
                                      "AUTH {authentication-method=M}"});
    CHECK(auth.server.session.authenticated(auth.method, auth.server.out) ==
          Error::no_authentication_method);
  }
}

TEST_CASE("during a re-authentication all else goes on") {
  Authentication auth;
  auth.server.establish(auth.method);
  auth.receive_auth(ReasonCode::reauthenticate, auth.first);
  CHECK(auth.server.receive_publish(test::message("a", QoS::at_most_once)) ==
        Lines{"message q0 t=a"});
  CHECK_FALSE(auth.authenticate(auth.second));
  CHECK_FALSE(auth.server.forward("b", QoS::at_most_once));
  CHECK(auth.server.receive({0xC0, 0}) == Lines{});
  CHECK(auth.server.sent() == Lines{"AUTH 0x18 {authentication-method=M, authentication-data=2}",
                                    "PUBLISH q0 t=b", "PINGRESP"});
}

TEST_CASE("a re-authentication that fails ends the connection [MQTT-4.12.1-2]") {
  Authentication auth;
  auth.server.establish(auth.method);
  auth.receive_auth(ReasonCode::reauthenticate, auth.first);
  auth.server.session.disconnect(ReasonCode::not_authorized, {}, auth.server.out);
  CHECK(auth.server.sent() == Lines{"DISCONNECT 0x87"});
  CHECK(auth.server.session.state() == State::closed);
}

TEST_CASE("AUTH out of turn is a protocol error [MQTT-4.12.0-3] [MQTT-4.12.1-1]") {
  constexpr ReasonCode begin = ReasonCode::reauthenticate;
  constexpr ReasonCode answer = ReasonCode::continue_authentication;
  const auto end = [](ReasonCode reason, bool began, bool asked) {
    Authentication auth;
    auth.server.establish(auth.method);
    if (began) auth.receive_auth(begin, auth.first);
    if (asked) REQUIRE_FALSE(auth.authenticate(auth.second));
    auth.server.sent();
    CHECK(auth.receive_auth(reason, auth.first) == Lines{"fault 0x82"});
    CHECK(auth.server.session.state() == State::closed);
    return auth.server.sent();
  };
  const Lines protocol_error = {"DISCONNECT 0x82"};
  CHECK(end(answer, false, false) == protocol_error);               // nothing was begun
  CHECK(end(ReasonCode::success, false, false) == protocol_error);  // which only servers send
  CHECK(end(begin, true, false) == protocol_error);                 // it was begun already
  CHECK(end(answer, true, false) == protocol_error);                // it was not asked for more
  CHECK(end(begin, true, true) == protocol_error);
}

TEST_CASE("a new connection knows nothing of the method of the last one") {
  Authentication auth;
  auth.server.establish(auth.method);
  auth.receive_auth(ReasonCode::reauthenticate, auth.first);
  auth.server.connect.properties = {};
  auth.server.session.close();
  auth.server.establish();
  CHECK(auth.authenticate(auth.first) == Error::no_authentication_method);
  CHECK(auth.receive_auth(ReasonCode::reauthenticate, auth.method) == Lines{"fault 0x82"});
}

TEST_CASE("AUTH above the client's maximum size is not sent [MQTT-3.1.2-24]") {
  const OwnedProperties small{{PropertyId::authentication_method, "M"},
                              {PropertyId::maximum_packet_size, 12U}};
  const OwnedProperties large{{PropertyId::authentication_method, "M"},
                              {PropertyId::authentication_data, "12345678"}};
  Authentication auth;
  auth.server.connect.properties = small;
  auth.server.open();
  auth.server.receive_connect();
  CHECK(auth.authenticate(large) == Error::packet_too_large);
  CHECK(auth.server.sent() == Lines{});
  CHECK(auth.server.session.state() == State::closed);

  auth.server.establish(auth.method);
  auth.receive_auth(ReasonCode::reauthenticate, auth.method);
  CHECK(auth.server.session.authenticated(large, auth.server.out) == Error::packet_too_large);
  CHECK(auth.server.sent() == Lines{"DISCONNECT 0x95"});
}
