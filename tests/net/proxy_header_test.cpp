#include <doctest/doctest.h>

#include <mqrig/net/error.hpp>
#include <mqrig/net/memory_stream.hpp>
#include <mqrig/net/proxy_header.hpp>

#include "tests/net/loop.hpp"

namespace mqrig::net::tests {
namespace {

using namespace std::literals;

const std::string signature = "\r\n\r\n\0\r\nQUIT\n"s;

std::string version_2(char command, char family, const std::string& content) {
  std::string header = signature + static_cast<char>(0x20 | command) + family;
  header += static_cast<char>(content.size() >> 8);
  header += static_cast<char>(content.size() & 0xff);
  return header + content;
}

const std::string v4_addresses = "\xcb\x00\x71\x07\x7f\x00\x00\x01\x12\x67\x07\x5b"s;

// A stream behind which a load balancer writes.
struct Fixture {
  asio::io_context context;
  std::unique_ptr<Stream> balancer;
  std::unique_ptr<Stream> stream;
  std::string text;
  std::error_code error;

  Fixture() { renew(); }
  void renew() {
    stream.reset();
    auto [one, other] = memory_stream_pair(context);
    balancer = std::move(one);
    stream = accept_proxy_header(std::move(other));
    text.clear();
    error.clear();
  }
  void read() {
    std::uint8_t buffer[256];
    for (IoResult result{1, {}}; result.count > 0;) {
      result = stream->read_some(buffer);
      text.append(reinterpret_cast<const char*>(buffer), result.count);
      error = result.error;
    }
  }
  void send(const std::string& bytes_sent) {
    balancer->write_some(bytes(bytes_sent));
    read();
  }
  std::string fault(const std::string& bytes_sent) {
    renew();
    send(bytes_sent);
    CHECK(error == Error::proxy_failed);
    CHECK(text.empty());
    read();
    CHECK(error == Error::proxy_failed);
    return stream->failure();
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the peer is whom the header names") {
  std::string header, host, description;
  SUBCASE("version 1, IPv4") {
    header = "PROXY TCP4 203.0.113.7 127.0.0.1 4711 1883\r\n";
    host = "203.0.113.7";
    description = "tcp 203.0.113.7:4711";
  }
  SUBCASE("version 1, IPv6") {
    header = "PROXY TCP6 2001:db8::7 ::1 4711 1883\r\n";
    host = "2001:db8::7";
    description = "tcp [2001:db8::7]:4711";
  }
  SUBCASE("version 2, IPv4") {
    header = version_2(1, 0x11, v4_addresses);
    host = "203.0.113.7";
    description = "tcp 203.0.113.7:4711";
  }
  SUBCASE("version 2, IPv6, with extensions") {
    header = version_2(1, 0x21,
                       "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x07" +
                           std::string(16, '\1') + "\x12\x67\x07\x5b" + std::string(3000, 'x'));
    host = "2001:db8::7";
    description = "tcp [2001:db8::7]:4711";
  }
  SUBCASE("version 2, Unix") {
    std::string paths = "/run/peer.sock";
    paths.resize(216);
    header = version_2(1, 0x31, paths);
    description = "unix /run/peer.sock";
  }
  SUBCASE("version 2, Unix, abstract") {
    std::string paths = "\0peer"s;
    paths.resize(216);
    header = version_2(1, 0x31, paths);
    description = "unix @peer";
  }
  SUBCASE("version 2, a path that fills its place") {
    header = version_2(1, 0x31, std::string(216, 'p'));
    description = "unix " + std::string(108, 'p');
  }
  for (const bool slowly : {false, true}) {
    CAPTURE(slowly);
    renew();
    CHECK(stream->description() == "memory");
    if (slowly) {
      for (const char c : header) {
        send({c});
        REQUIRE_FALSE(error);
        CHECK(text.empty());
      }
      header.clear();
    }
    send(header + "MQTT");
    CHECK(text == "MQTT");
    CHECK(stream->peer_address() == host);
    CHECK(stream->description() == description);
    CHECK(stream->facts() == std::vector<std::string>{"PROXY header: from memory"});
  }
}

TEST_CASE_FIXTURE(Fixture, "a header that names nobody leaves the peer as it is") {
  std::string header;
  SUBCASE("version 1") {
    header = "PROXY UNKNOWN\r\n";
  }
  SUBCASE("version 1, with addresses of something else") {
    header = "PROXY UNKNOWN x y z\r\n";
  }
  SUBCASE("version 2, a health check of the balancer's own") {
    header = version_2(0, 0x11, v4_addresses);
  }
  SUBCASE("version 2, no kind of address") {
    header = version_2(1, 0, "");
  }
  send(header + "MQTT");
  CHECK(text == "MQTT");
  CHECK(stream->description() == "memory");
}

TEST_CASE_FIXTURE(Fixture, "a line of 107 bytes is the longest") {
  const std::string longest = "PROXY UNKNOWN " + std::string(91, 'x') + "\r\n";
  REQUIRE(longest.size() == 107);
  send(longest + "MQTT");
  CHECK(text == "MQTT");
  CHECK(fault("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n") ==
        "the line of the PROXY protocol is longer than 107 bytes");
}

TEST_CASE_FIXTURE(Fixture, "a connection without a sound header is not believed") {
  const std::string start = "PROXY TCP4 ";
  CHECK(fault("\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00"s) ==
        "the connection does not begin with a header of the PROXY protocol");
  CHECK(fault("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x00"s) ==
        "the connection does not begin with a header of the PROXY protocol");
  CHECK(fault("PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n") ==
        "in the line of the PROXY protocol the protocol is none of TCP4, TCP6 and UNKNOWN");
  CHECK(fault(start + "1.2.3.4 1.2.3.4 1\r\n") ==
        "in the line of the PROXY protocol two addresses and two ports do not follow");
  for (const char* address : {"::1", "1.2.3", "1.2.3.4.", "localhost", "", "1.2.3.4%lo"}) {
    CHECK(fault(start + address + " 1.2.3.4 1 1\r\n") ==
          "in the line of the PROXY protocol an address is none of TCP4");
  }
  for (const char* port : {"65536", "01", "-1", "+1", "x", ""}) {
    CHECK(fault(start + "1.2.3.4 1.2.3.4 " + port + " 1\r\n") ==
          "in the line of the PROXY protocol a port is not a number from 0 to 65535");
  }
  CHECK(fault("PROXY UNKNOWN\nMQTT") == "the line of the PROXY protocol does not end with CR LF");
  CHECK(fault("PROXY \r\n12345678") == "the line of the PROXY protocol does not end with CR LF");
}

TEST_CASE_FIXTURE(Fixture, "a header of version 2 that does not add up is not believed") {
  const std::string what = "the header of the PROXY protocol ";
  CHECK(fault(signature + "\x31\x11\x00\x0c"s + v4_addresses) ==
        what + "is of another version than 1 and 2");
  CHECK(fault(version_2(2, 0x11, v4_addresses)) == what + "is of another version than 1 and 2");
  CHECK(fault(version_2(1, 0x41, v4_addresses)) == what + "has an unknown kind of address");
  CHECK(fault(version_2(1, 0x21, v4_addresses)) == what + "is too short for its addresses");
  CHECK(fault(version_2(1, 0x11, "")) == what + "is too short for its addresses");
  CHECK(fault(signature + "\x21\x11\x10\x01"s) == what + "is longer than 4096 bytes");
}

TEST_CASE_FIXTURE(Fixture, "a connection that ends before its header says so") {
  send("PROXY TCP4");
  CHECK_FALSE(error);
  balancer->close();
  read();
  CHECK(error == Error::end_of_stream);
  CHECK(stream->failure() == "the connection ended before a header of the PROXY protocol");
}

TEST_CASE_FIXTURE(Fixture, "nothing is written before the header is there") {
  CHECK(stream->write_some(bytes("early")).count == 0);
  balancer->write_some(bytes("PROXY UNKNOWN\r\n"));
  CHECK(stream->write_some(bytes("in time")).count == 7);
}

}  // namespace mqrig::net::tests
