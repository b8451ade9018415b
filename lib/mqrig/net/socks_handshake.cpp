#include <string.h>

#include <array>
#include <cstring>
#include <mqrig/net/endpoint.hpp>
#include <mqrig/net/host_port.hpp>
#include <mqrig/net/socks_handshake.hpp>

namespace mqrig::net {
namespace {

constexpr char version = 5;
constexpr char login_version = 1;  // of RFC 1929
constexpr char no_login = 0;
constexpr char password_login = 2;
constexpr char no_method = '\xff';
constexpr char connect_command = 1;
constexpr std::size_t longest = 255;  // of a name, a user name and a password

enum AddressKind : char { v4_address = 1, name_address = 3, v6_address = 4 };

// RFC 1928, section 6.
std::string reply_text(unsigned char reply) {
  constexpr std::array<const char*, 9> texts{
      nullptr,
      "general failure of the proxy",
      "its rules do not allow it",
      "network unreachable",
      "host unreachable, or no such host",
      "connection refused",
      "time to live expired",
      "it makes no connections for others",
      "it does not know this kind of address",
  };
  if (reply < texts.size()) return texts[reply];
  return "reply " + std::to_string(reply) + ", which SOCKS5 does not have";
}

std::string other_protocol(char first) {
  if (first == 'H') return "it answers in HTTP, not in SOCKS5: its URL begins with http://";
  if (first == 0x15) return "it answers in TLS, not in SOCKS5: its URL may begin with https://";
  return "it does not answer in SOCKS5";
}

void append_counted(std::string& to, std::string_view text) {
  to += static_cast<char>(text.size());
  to += text;
}

// With its kind before it. A zone has a meaning on this machine only, and is left out.
std::string encode_address(const std::string& host) {
  std::string encoded;
  const auto address = numeric_endpoint(host, 0);
  if (!address) {
    encoded += name_address;
    append_counted(encoded, host);
    return encoded;
  }
  const std::string_view bytes = address->address_bytes();
  encoded += bytes.size() == 4 ? v4_address : v6_address;
  return encoded.append(bytes);
}

}  // namespace

SocksHandshake::SocksHandshake(std::string username, std::string password, std::string host,
                               std::uint16_t port)
    : username_(std::move(username)),
      password_(std::move(password)),
      host_(std::move(host)),
      port_(port) {
  if (!check_lengths()) return;
  output() = {version, 1, no_login};
  if (!username_.empty()) output() = {version, 2, no_login, password_login};
}

SocksHandshake::~SocksHandshake() {
  ::explicit_bzero(password_.data(), password_.size());
}

bool SocksHandshake::check_lengths() {
  const char* what = nullptr;
  if (host_.size() > longest) what = "the host name";
  if (username_.size() > longest) what = "the user name for the proxy";
  if (password_.size() > longest) what = "the password for the proxy";
  if (what == nullptr) return true;
  fail(std::make_error_code(std::errc::invalid_argument),
       std::string(what) + " is longer than the 255 bytes that SOCKS5 has room for");
  return false;
}

void SocksHandshake::feed(std::string_view bytes) {
  message_.append(bytes);
  if (message_.size() == size_) message();
}

void SocksHandshake::expect(Stage stage, std::size_t size) {
  stage_ = stage;
  size_ = size;
  message_.clear();
}

void SocksHandshake::message() {
  switch (stage_) {
    case Stage::method:
      return on_method();
    case Stage::login:
      return on_login();
    case Stage::reply:
      return on_reply();
    case Stage::address_kind:
      return on_address_kind();
    case Stage::name_size:
      return expect(Stage::address, static_cast<unsigned char>(message_[0]) + 2u);
    case Stage::address:
      return succeed();
  }
}

void SocksHandshake::on_method() {
  if (message_[0] != version) return fail(Error::proxy_failed, other_protocol(message_[0]));
  const char method = message_[1];
  if (method == no_login) return send_request();
  if (method == password_login && !username_.empty()) return send_login();
  if (method != no_method) {
    return fail(Error::proxy_failed, "it chose a way to log in that was not offered to it");
  }
  fail(Error::proxy_refused,
       username_.empty() ? "it wants a login: put a user name and password into the proxy's URL"
                         : "it takes no user name and password, and wants another way to log in");
}

void SocksHandshake::send_login() {
  output() += login_version;
  append_counted(output(), username_);
  append_counted(output(), password_);
  expect(Stage::login, 2);
}

void SocksHandshake::on_login() {
  if (message_[1] != 0) {
    return fail(Error::proxy_refused, "it refuses the user name or password");
  }
  send_request();
}

void SocksHandshake::send_request() {
  output().append({version, connect_command, 0});
  output().append(encode_address(host_));
  output() += static_cast<char>(port_ >> 8);
  output() += static_cast<char>(port_ & 0xff);
  expect(Stage::reply, 2);
}

void SocksHandshake::on_reply() {
  if (message_[0] != version) return fail(Error::proxy_failed, other_protocol(message_[0]));
  const auto reply = static_cast<unsigned char>(message_[1]);
  if (reply == 0) return expect(Stage::address_kind, 2);
  fail(Error::proxy_refused,
       "no connection to " + join_host_port(host_, port_) + ": " + reply_text(reply));
}

void SocksHandshake::on_address_kind() {
  switch (message_[1]) {
    case v4_address:
      return expect(Stage::address, 4 + 2);
    case v6_address:
      return expect(Stage::address, 16 + 2);
    case name_address:
      return expect(Stage::name_size, 1);
    default:
      return fail(Error::proxy_failed, "its answer has an address of no kind that SOCKS5 knows");
  }
}

}  // namespace mqrig::net
