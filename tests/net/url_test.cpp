#include <doctest/doctest.h>

#include <mqrig/net/url.hpp>

namespace mqrig::net::tests {
namespace {

Url parsed(std::string_view text) {
  const UrlResult result = parse_url(text);
  CHECK_MESSAGE(result.error.empty(), text, ": ", result.error);
  return result.url;
}

std::string error_of(std::string_view text) {
  return parse_url(text).error;
}

}  // namespace

TEST_CASE("a URL gives scheme, host, port and topic") {
  struct Row {
    const char* text;
    Scheme scheme;
    const char* host;
    int port;
    const char* topic;
  };
  const Row rows[] = {
      {"mqtt://host", Scheme::mqtt, "host", 1883, ""},
      {"mqtt://host/", Scheme::mqtt, "host", 1883, ""},
      {"MQTT://Host:1884/a/b", Scheme::mqtt, "Host", 1884, "a/b"},
      {"mqtts://host", Scheme::mqtts, "host", 8883, ""},
      {"mqtt://host//a", Scheme::mqtt, "host", 1883, "/a"},
      {"mqtt://host/with%20space/%C3%A9", Scheme::mqtt, "host", 1883, "with space/\xC3\xA9"},
      {"mqtt://host/a/+/b/#", Scheme::mqtt, "host", 1883, "a/+/b/#"},
      {"mqtt://host/user@place", Scheme::mqtt, "host", 1883, "user@place"},
      {"mqtt://host/$share/g/%3F", Scheme::mqtt, "host", 1883, "$share/g/?"},
      {"mqtt://[::1]", Scheme::mqtt, "::1", 1883, ""},
      {"mqtt://[2001:db8::7]:65535/t", Scheme::mqtt, "2001:db8::7", 65535, "t"},
      {"mqtt://[fe80::1%25eth0]:1", Scheme::mqtt, "fe80::1%eth0", 1, ""},
      {"mqtt://[fe80::1%eth0]", Scheme::mqtt, "fe80::1%eth0", 1883, ""},
      {"mqtt://192.0.2.1:1/x", Scheme::mqtt, "192.0.2.1", 1, "x"},
      {"mqtt://my%2dhost", Scheme::mqtt, "my-host", 1883, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Url url = parsed(row.text);
    CHECK(url.scheme == row.scheme);
    CHECK(url.host == row.host);
    CHECK(url.port == row.port);
    CHECK(url.topic == row.topic);
    CHECK(url.path.empty());
    CHECK_FALSE(url.username);
    CHECK_FALSE(url.password);
  }
}

TEST_CASE("user name and password are decoded, and may be empty") {
  struct Row {
    const char* text;
    const char* username;
    const char* password;  // null: none
  };
  const Row rows[] = {
      {"mqtt://user@host", "user", nullptr},
      {"mqtt://user:pass@host", "user", "pass"},
      {"mqtt://user:@host", "user", ""},
      {"mqtt://:pass@host", "", "pass"},
      {"mqtt://us%3Aer:p%40ss@host:1883/t", "us:er", "p@ss"},
      {"mqtt://user:a:b@host", "user", "a:b"},
      {"mqtt://user:p@ss@host", "user", "p@ss"},
      {"mqtt://user:p%2Fq@[::1]:1883", "user", "p/q"},
      {"unix://user:pass@/run/m.sock", "user", "pass"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Url url = parsed(row.text);
    REQUIRE(url.username);
    CHECK(*url.username == row.username);
    CHECK(url.password.has_value() == (row.password != nullptr));
    if (url.password) CHECK(*url.password == row.password);
  }
}

TEST_CASE("a WebSocket URL keeps its request target as typed") {
  CHECK(parsed("ws://host").port == 80);
  CHECK(parsed("ws://host").path == "/");
  CHECK(parsed("wss://host").port == 443);
  const Url url = parsed("wss://host:8084/mqtt%20x/y?token=1&a=b#fragment");
  CHECK(url.scheme == Scheme::wss);
  CHECK(url.port == 8084);
  CHECK(url.path == "/mqtt%20x/y?token=1&a=b");
  CHECK(url.topic.empty());
  CHECK(parsed("ws://host?token=1").path == "/?token=1");
}

TEST_CASE("a Unix URL is the path of its socket") {
  const Url url = parsed("unix:///run/my%20broker.sock");
  CHECK(url.scheme == Scheme::unix_socket);
  CHECK(url.path == "/run/my broker.sock");
  CHECK(url.host.empty());
  CHECK(url.port == 0);
  CHECK(url.topic.empty());
}

TEST_CASE("what is malformed is said in words") {
  struct Row {
    const char* text;
    const char* error;
  };
  const Row rows[] = {
      {"", "a URL begins with mqtt://, mqtts://, ws://, wss:// or unix://"},
      {"host:1883", "a URL begins with mqtt://, mqtts://, ws://, wss:// or unix://"},
      {"mqtt:/host", "a URL begins with mqtt://, mqtts://, ws://, wss:// or unix://"},
      {"http://host", "unknown scheme 'http': use mqtt, mqtts, ws, wss or unix"},
      {"://host", "unknown scheme '': use mqtt, mqtts, ws, wss or unix"},
      {"mqtt://", "the host is missing"},
      {"mqtt:///topic", "the host is missing"},
      {"mqtt://user@", "the host is missing"},
      {"mqtt://:1883", "the host is missing"},
      {"mqtt://host:", "the port after ':' is missing"},
      {"mqtt://host:0", "the port '0' is not a number from 1 to 65535"},
      {"mqtt://host:65536", "the port '65536' is not a number from 1 to 65535"},
      {"mqtt://host:99999999999999", "the port '99999999999999' is not a number from 1 to 65535"},
      {"mqtt://host:18x", "the port '18x' is not a number from 1 to 65535"},
      {"mqtt://host:-1", "the port '-1' is not a number from 1 to 65535"},
      {"mqtt://ho st", "the host 'ho st' contains a character that no host name has"},
      {"mqtt://ho%20st", "the host 'ho st' contains a character that no host name has"},
      {"mqtt://ho%25st", "the host 'ho%st' contains a character that no host name has"},
      {"mqtt://a%3A5", "an IPv6 address stands in brackets: [::1]"},
      {"mqtt://ho%2", "host: '%' must be followed by two hexadecimal digits (write %25 for '%')"},
      {"mqtt://::1", "an IPv6 address stands in brackets: [::1]"},
      {"mqtt://a:b:c", "'a:b:c' is neither host:port nor an IPv6 address"},
      {"mqtt://[::1", "the closing ']' of the IPv6 address is missing"},
      {"mqtt://[host]", "'host' in brackets is not an IPv6 address"},
      {"mqtt://[]", "'' in brackets is not an IPv6 address"},
      {"mqtt://[::1]1883", "after ']' only ':' and a port may follow, not '1883'"},
      {"mqtt://host/100%",
       "topic: '%' must be followed by two hexadecimal digits (write %25 for '%')"},
      {"mqtt://host/%zz",
       "topic: '%' must be followed by two hexadecimal digits (write %25 for '%')"},
      {"mqtt://host/a?b",
       "'?' has no meaning in this URL: write %3F for one in a topic or password"},
      {"ws://host/a b", "the path contains a space or control character: percent-encode it"},
      {"unix://", "the path of the Unix socket is missing"},
      {"unix:///", "the path of the Unix socket is missing"},
      {"unix://run/m.sock",
       "unix:// has no host: write three slashes, as in unix:///run/mosquitto.sock"},
      {"unix:///a%00b", "the path of the Unix socket contains NUL"},
      {"unix:///a?t", "'?' has no meaning in a unix URL: write %3F in a path"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(error_of(row.text) == row.error);
  }
}

TEST_CASE("an error never repeats a user name or password") {
  for (const char* text : {
           "mqtt://user:sec/ret@host",
           "mqtt://user:secret/@host",
           "mqtt://user:sec?ret@host",
           "mqtt://user:sec%ret@host",
           "mqtt://us%er:secret@host",
           "mqtt://user:secret@host:x",
           "mqtt://user:secret@[::1",
           "mqtt://user:secret@",
           "unix://user:secret@host/path",
           "user:secret://host",
           "user:secret@host://x",
       }) {
    CAPTURE(text);
    const std::string error = error_of(text);
    CHECK_FALSE(error.empty());
    CHECK(error.find("sec") == error.npos);
    CHECK(error.find("us%er") == error.npos);
  }
}

TEST_CASE("-h takes a host with or without a port") {
  struct Row {
    const char* text;
    const char* host;
    int port;  // 0: none
  };
  const Row rows[] = {
      {"host", "host", 0},
      {"host:1884", "host", 1884},
      {"[::1]", "::1", 0},
      {"[::1]:1884", "::1", 1884},
      {"::1", "::1", 0},
      {"fe80::1%eth0", "fe80::1%eth0", 0},
      {"192.0.2.1:1", "192.0.2.1", 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const HostPort result = split_host_port(row.text);
    CHECK(result.error.empty());
    CHECK(result.host == row.host);
    CHECK(result.port.value_or(0) == row.port);
    CHECK(result.port.has_value() == (row.port != 0));
  }
  for (const char* text : {"", ":1", "host:", "host:0", "host:x", "[::1", "[::1]x", "a:b:c", "a/b",
                           "%lo", "host%lo:1"}) {
    CAPTURE(text);
    CHECK_FALSE(split_host_port(text).error.empty());
  }
}

TEST_CASE("what has an '@' may have a password, and is not repeated") {
  for (const char* text : {"u:secret@host", "mqtt://u:secret@host", "secret@[::1]:x", "[u:secret@",
                           "u:secret@host:1883"}) {
    CAPTURE(text);
    const std::string error = split_host_port(text).error;
    CHECK_FALSE(error.empty());
    CHECK(error.find("secret") == error.npos);
  }
  CHECK(host_fault("u:secret@host").find("secret") == std::string::npos);
}

TEST_CASE("port 0 is for those who listen") {
  for (const char* text : {"host:0", "[::1]:0"}) {
    CAPTURE(text);
    const HostPort result = split_host_port(text, 0);
    CHECK(result.error.empty());
    CHECK(result.port == 0);
    const std::string url = "mqtt://" + std::string(text);
    CHECK(parse_url(url, 0).error.empty());
    CHECK(parse_url(url, 0).url.port == 0);
    CHECK(error_of(url) == "the port '0' is not a number from 1 to 65535");
  }
  CHECK(parse_url("mqtt://host:65536", 0).error ==
        "the port '65536' is not a number from 0 to 65535");
}

TEST_CASE("a host and a port are joined so that they can be split again") {
  CHECK(join_host_port("host", 1883) == "host:1883");
  CHECK(join_host_port("::1", 1883) == "[::1]:1883");
}

}  // namespace mqrig::net::tests
