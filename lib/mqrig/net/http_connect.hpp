#pragma once

#include <cstdint>
#include <mqrig/net/http_head.hpp>
#include <mqrig/net/preamble.hpp>
#include <optional>
#include <string>
#include <string_view>

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
  void answered();
  std::string login_refusal() const;
  std::string refusal(unsigned status) const;

  std::string target_;
  bool with_login_;
  std::optional<HttpHead> head_;
  std::size_t interim_size_ = 0;  // of the heads before
  char first_ = 0;
  char last_ = 0;
};

}  // namespace mqrig::net
