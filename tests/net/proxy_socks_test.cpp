#include <doctest/doctest.h>

#include "tests/net/proxied.hpp"

namespace mqrig::net::tests {
namespace {

using namespace std::literals;

constexpr auto remote = Proxy::Kind::socks5_remote_names;
constexpr auto local = Proxy::Kind::socks5;

const std::string greeting = "\x05\x01\x00"s;
const std::string login_greeting = "\x05\x02\x00\x02"s;
const std::string no_login = "\x05\x00"s;
const std::string name_request =
    "\x05\x01\x00\x03\x0e"
    "broker.example\x07\x5b"s;
const std::string granted = "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"s;

struct Fixture : ProxyFixture {
  ScriptedPeer greeted(ConnectOptions options) {
    ScriptedPeer proxy = begin(std::move(options));
    CHECK(proxy.read(3) == greeting);
    return proxy;
  }
  ScriptedPeer asked(std::string_view answer) {
    ScriptedPeer proxy = greeted(through(remote, "broker.example", 1883));
    proxy.write(no_login);
    CHECK((proxy.read(name_request.size()) == name_request));
    proxy.write(answer);
    return proxy;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "SOCKS5 is asked for a name, and then is the connection") {
  std::string bound;
  SUBCASE("from an IPv4 address") {
    bound = "\x01\x7f\x00\x00\x01\x04\xd2"s;
  }
  SUBCASE("from an IPv6 address") {
    bound = "\x04"s + std::string(18, '\1');
  }
  SUBCASE("from a name") {
    bound = "\x03\x05proxy\x04\xd2"s;
  }
  SUBCASE("from a name without letters") {
    bound = "\x03\x00\x04\xd2"s;
  }
  ScriptedPeer proxy = greeted(through(remote, "broker.example", 1883));
  proxy.write_slowly(no_login);
  CHECK((proxy.read(name_request.size()) == name_request));
  proxy.write_slowly("\x05\x00\x00"s + bound);
  wait();
  REQUIRE(outcome.stream);
  CHECK(outcome.stream->description() ==
        "tcp broker.example:1883 through socks5h://127.0.0.1:" + port());
  check_passes(context, *outcome.stream, proxy.stream());
  check_passes(context, proxy.stream(), *outcome.stream);
}

TEST_CASE_FIXTURE(Fixture, "what follows the proxy's reply belongs to the connection") {
  ScriptedPeer proxy = asked(granted + "first words");
  wait();
  REQUIRE(outcome.stream);
  std::uint8_t buffer[64];
  CHECK(outcome.stream->read_some(buffer).count == 11);
}

TEST_CASE_FIXTURE(Fixture, "SOCKS5 is given addresses as such") {
  std::string host, sent;
  auto kind = remote;
  SUBCASE("IPv4") {
    host = "192.0.2.1";
    sent = "\x01\xc0\x00\x02\x01"s;
  }
  SUBCASE("IPv6") {
    host = "::1";
    sent = "\x04"s + std::string(15, '\0') + "\x01";
  }
  SUBCASE("a name that we look up") {
    kind = local;
    host = "localhost";
    sent = "\x04"s + std::string(15, '\0') + "\x01";
  }
  SUBCASE("a name that the proxy looks up, though it could be known here") {
    host = "localhost";
    sent = "\x03\x09localhost";
  }
  ScriptedPeer proxy = greeted(through(kind, host, 1883));
  proxy.write(no_login);
  const std::string request = "\x05\x01\x00"s + sent + "\x07\x5b";
  CHECK((proxy.read(request.size()) == request));
}

TEST_CASE_FIXTURE(Fixture, "a name with an override goes to the proxy as that address") {
  auto kind = local;
  SUBCASE("names looked up here") {}
  SUBCASE("names looked up by the proxy") {
    kind = remote;
  }
  ConnectOptions options = through(kind, "no-such-name.invalid", 1883);
  options.transport.overrides = {{"no-such-name.invalid", 1883, {"192.0.2.9"}}};
  ScriptedPeer proxy = greeted(options);
  proxy.write(no_login);
  CHECK((proxy.read(10) == "\x05\x01\x00\x01\xc0\x00\x02\x09\x07\x5b"s));
}

TEST_CASE_FIXTURE(Fixture, "the next address of a name is asked for when the proxy fails at one") {
  const std::string first = "\x05\x01\x00\x04"s + std::string(15, '\0') + "\x01\x07\x5b";
  const std::string second = "\x05\x01\x00\x01\x7f\x00\x00\x01\x07\x5b"s;
  ScriptedPeer proxy = greeted(through(local, "localhost", 1883));
  proxy.write(no_login);
  CHECK((proxy.read(first.size()) == first));
  proxy.write("\x05\x08"sv);
  ScriptedPeer again = accept();
  CHECK(again.read(3) == greeting);
  again.write(no_login);
  CHECK((again.read(second.size()) == second));
  SUBCASE("the second is reached") {
    again.write(granted);
    wait();
    CHECK(outcome.stream);
  }
  SUBCASE("none is") {
    again.write("\x05\x05"sv);
    CHECK(reason() ==
          "no connection to [::1]:1883: it does not know this kind of address; "
          "proxy socks5://127.0.0.1:" +
              port() + ": no connection to 127.0.0.1:1883: connection refused");
    CHECK(outcome.error == Error::proxy_refused);
  }
}

TEST_CASE_FIXTURE(Fixture, "user name and password are sent when the proxy asks for them") {
  ScriptedPeer proxy = begin(with_login(through(remote, "broker.example", 1883)));
  CHECK((proxy.read(4) == login_greeting));
  SUBCASE("it does") {
    proxy.write("\x05\x02"sv);
    CHECK(proxy.read(13) ==
          "\x01\x04"
          "anna\x06s3cret");
    SUBCASE("and takes them") {
      proxy.write("\x01\x00"sv);
      CHECK((proxy.read(name_request.size()) == name_request));
      proxy.write(granted);
      wait();
      CHECK(outcome.stream);
    }
    SUBCASE("and refuses them") {
      proxy.write("\x01\x01"sv);
      CHECK(reason() == "it refuses the user name or password");
      CHECK(outcome.error == Error::proxy_refused);
    }
    SUBCASE("and closes") {
      proxy.close();
      CHECK(reason() == "it closed the connection without an answer");
      CHECK(outcome.error == Error::end_of_stream);
    }
  }
  SUBCASE("it does not") {
    proxy.write(no_login);
    CHECK((proxy.read(name_request.size()) == name_request));
  }
  SUBCASE("it wants another way") {
    proxy.write("\x05\xff"sv);
    CHECK(reason() == "it takes no user name and password, and wants another way to log in");
  }
}

TEST_CASE_FIXTURE(Fixture, "a proxy that wants a login when there is none is told apart") {
  ScriptedPeer proxy = greeted(through(remote, "broker.example", 1883));
  SUBCASE("it refuses") {
    proxy.write("\x05\xff"sv);
    CHECK(reason() == "it wants a login: put a user name and password into the proxy's URL");
    CHECK(outcome.error == Error::proxy_refused);
  }
  SUBCASE("it chooses what was not offered") {
    proxy.write("\x05\x02"sv);
    CHECK(reason() == "it chose a way to log in that was not offered to it");
    CHECK(outcome.error == Error::proxy_failed);
  }
}

TEST_CASE_FIXTURE(Fixture, "each refusal of SOCKS5 has its words") {
  const std::pair<char, const char*> replies[] = {
      {1, "general failure of the proxy"},
      {2, "its rules do not allow it"},
      {3, "network unreachable"},
      {4, "host unreachable, or no such host"},
      {5, "connection refused"},
      {6, "time to live expired"},
      {7, "it makes no connections for others"},
      {8, "it does not know this kind of address"},
      {9, "reply 9, which SOCKS5 does not have"},
  };
  for (const auto& [reply, words] : replies) {
    const ScriptedPeer proxy = asked("\x05"s + reply);
    CHECK(reason() == "no connection to broker.example:1883: " + std::string(words));
    CHECK(outcome.error == Error::proxy_refused);
  }
}

TEST_CASE_FIXTURE(Fixture, "what is not SOCKS5 is recognised") {
  const std::pair<std::string, const char*> answers[] = {
      {"HTTP/1.1 400 Bad Request\r\n\r\n",
       "it answers in HTTP, not in SOCKS5: its URL begins with http://"},
      {"\x15\x03\x01", "it answers in TLS, not in SOCKS5: its URL may begin with https://"},
      {"\x04\x5b", "it does not answer in SOCKS5"},
      {"220 mail.example", "it does not answer in SOCKS5"},
  };
  for (const auto& answer : answers) {
    ScriptedPeer proxy = greeted(through(remote, "broker.example", 1883));
    proxy.write(answer.first);
    CHECK(reason() == answer.second);
    CHECK(outcome.error == Error::proxy_failed);
  }
  const ScriptedPeer proxy = asked("\x05\x00\x00\x07"sv);
  CHECK(reason() == "its answer has an address of no kind that SOCKS5 knows");
}

TEST_CASE_FIXTURE(Fixture, "a SOCKS5 proxy that falls silent ends with the time-out") {
  ConnectOptions options = through(remote, "broker.example", 1883);
  options.timeout = 20ms;
  const ScriptedPeer proxy = greeted(options);
  CHECK(reason() == "no answer of the proxy for broker.example:1883 within 20 ms");
  CHECK(outcome.error == Error::connect_timeout);
}

TEST_CASE_FIXTURE(Fixture, "a name that SOCKS5 has no room for is refused here") {
  const ScriptedPeer proxy = begin(through(remote, std::string(256, 'x'), 1883));
  CHECK(reason() == "the host name is longer than the 255 bytes that SOCKS5 has room for");
}

TEST_CASE_FIXTURE(Fixture, "a proxy that cannot be reached is named") {
  ConnectOptions options = through(remote, "broker.example", 1883);
  listener.close();
  connector.start(options, outcome.record());
  wait();
  CHECK(outcome.error == std::errc::connection_refused);
  CHECK(connector.detail() == "proxy socks5h://127.0.0.1:" + port() + ": Connection refused");
}

TEST_CASE_FIXTURE(Fixture, "a proxy whose name nobody knows is named") {
  const std::string impossible(64, 'a');  // too long a label for the DNS
  ConnectOptions options = through(remote, "broker.example", 1883);
  options.transport.proxy->host = impossible;
  connector.start(options, outcome.record());
  wait();
  CHECK(connector.detail().starts_with("proxy socks5h://" + impossible + ":" + port() + ": "));
}

}  // namespace mqrig::net::tests
