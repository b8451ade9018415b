#pragma once

#include <http_parser.h>

#include <cstdint>
#include <mqrig/net/preamble.hpp>
#include <string>

namespace mqrig::net {

// The client's part of the method CONNECT (RFC 9110, section 9.3.6), with Basic credentials (RFC
// 7617) if there are any. Private to this room.
class HttpConnect final : public Preamble {
 public:
  // Of the header of the answer, interim ones included.
  static constexpr std::size_t max_size = 16384;

  HttpConnect(std::string_view username, std::string_view password, std::string_view host,
              std::uint16_t port);

  std::size_t wanted() const override;
  void feed(std::string_view bytes) override;

 private:
  struct Callbacks;
  void answered();
  std::string login_refusal() const;
  std::string refusal(unsigned status) const;

  std::string target_;
  bool with_login_;
  http_parser parser_;
  std::size_t size_ = 0;
  char first_ = 0;
  char last_ = 0;
  bool header_complete_ = false;
  bool in_value_ = false;
  std::string field_;   // the name of the header field that is being read
  std::string logins_;  // what the proxy offers, of Proxy-Authenticate
};

}  // namespace mqrig::net
