#pragma once

#include <mqrig/net/srv_lookup.hpp>
#include <string>

#include "tests/net/listener.hpp"

namespace mqrig::net::tests {

// A name server on loopback that answers one question at a time, as it is told. answer() blocks
// until the question is there: the one who asks has a thread of its own.
class DnsServer {
 public:
  DnsServer() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket_.number, reinterpret_cast<sockaddr*>(&address), size) == 0);
    ::getsockname(socket_.number, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    const timeval patience{5, 0};
    ::setsockopt(socket_.number, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }

  net::DnsServer address() const { return {"127.0.0.1", port_}; }

  static std::string number(unsigned value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
  }
  static std::string name(const std::string& text) {
    std::string encoded;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('.', at), text.size());
      encoded += static_cast<char>(end - at);
      encoded += text.substr(at, end - at);
      at = end + 1;
    }
    return encoded + '\0';
  }
  // A record of the name that was asked for.
  static std::string record(unsigned priority, unsigned weight, unsigned port,
                            const std::string& target) {
    const std::string data = number(priority) + number(weight) + number(port) + name(target);
    return number(0xc00c) + number(33) + number(1) + number(0) + number(60) +
           number(static_cast<unsigned>(data.size())) + data;
  }
  static std::string message(const std::string& id, const std::string& question, unsigned code,
                             unsigned count, const std::string& records) {
    return id + number(0x8180 | code) + number(1) + number(count) + number(0) + number(0) +
           question + records;
  }

  // Gives back the name that was asked for.
  std::string answer(unsigned code, unsigned count, const std::string& records) {
    char query[512];
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const auto got = ::recvfrom(socket_.number, query, sizeof query, 0,
                                reinterpret_cast<sockaddr*>(&from), &size);
    REQUIRE(got > 16);
    const std::string text(query, static_cast<std::size_t>(got));
    const std::size_t question_end = text.find('\0', 12) + 5;
    const std::string reply =
        message(text.substr(0, 2), text.substr(12, question_end - 12), code, count, records);
    ::sendto(socket_.number, reply.data(), reply.size(), 0,
             reinterpret_cast<const sockaddr*>(&from), size);
    return text.substr(12, question_end - 16);
  }

 private:
  Descriptor socket_;
  std::uint16_t port_ = 0;
};

}  // namespace mqrig::net::tests
