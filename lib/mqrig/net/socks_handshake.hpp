#pragma once

#include <cstdint>
#include <mqrig/net/preamble.hpp>
#include <string>

namespace mqrig::net {

// The client's part of SOCKS5 (RFC 1928), with a user name and password (RFC 1929) if there are
// any: asks for a connection to a host, which goes to the proxy as an address if it is one, and
// else as a name. Private to this room.
class SocksHandshake final : public Preamble {
 public:
  SocksHandshake(std::string username, std::string password, std::string host, std::uint16_t port);
  ~SocksHandshake() override;

  std::size_t wanted() const override { return size_ - message_.size(); }
  void feed(std::string_view bytes) override;

 private:
  enum class Stage : std::uint8_t {
    method,        // which login the proxy chose
    login,         // whether it takes the user name and password
    reply,         // version and outcome
    address_kind,  // of the address that the proxy connects from
    name_size,
    address,
  };

  void expect(Stage stage, std::size_t size);
  void message();
  void on_method();
  void on_login();
  void on_reply();
  void on_address_kind();
  void send_login();
  void send_request();
  bool check_lengths();

  std::string username_;
  std::string password_;
  std::string host_;
  std::uint16_t port_;
  Stage stage_ = Stage::method;
  std::size_t size_ = 2;  // of the message that is awaited
  std::string message_;   // what is there of it
};

}  // namespace mqrig::net
