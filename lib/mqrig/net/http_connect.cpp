#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#include <mqrig/net/error.hpp>
#include <mqrig/net/host_port.hpp>
#include <mqrig/net/http_connect.hpp>

namespace mqrig::net {
namespace {

std::string basic_credentials(std::string_view username, std::string_view password) {
  std::string plain = std::string(username).append(":").append(password);
  std::string encoded((plain.size() + 2) / 3 * 4 + 1, '\0');  // and the NUL that is written
  const int size = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                     reinterpret_cast<const unsigned char*>(plain.data()),
                                     static_cast<int>(plain.size()));
  ::explicit_bzero(plain.data(), plain.size());
  encoded.resize(static_cast<std::size_t>(size));
  return encoded;
}

// Our words for it: those of the proxy may be any.
std::string status_text(unsigned status) {
  switch (status) {
#define MQRIG_STATUS_TEXT(number, name, text) \
  case number:                                \
    return std::to_string(number) + " " #text;
    HTTP_STATUS_MAP(MQRIG_STATUS_TEXT)
#undef MQRIG_STATUS_TEXT
    default:
      return std::to_string(status);
  }
}

std::string other_protocol(char first) {
  if (first == 5) return "it answers in SOCKS5, not in HTTP: its URL begins with socks5://";
  if (first == 0x15) return "it answers in TLS, not in HTTP: its URL may begin with https://";
  return "what it answers is not HTTP";
}

}  // namespace

// What http_parser calls. The pieces of a name or value may come one by one.
struct HttpConnect::Callbacks {
  static HttpConnect& of(http_parser* parser) { return *static_cast<HttpConnect*>(parser->data); }

  static int header_field(http_parser* parser, const char* at, std::size_t size) {
    HttpConnect& connect = of(parser);
    if (connect.in_value_) connect.field_.clear();
    connect.in_value_ = false;
    connect.field_.append(at, size);
    return 0;
  }

  static int header_value(http_parser* parser, const char* at, std::size_t size) {
    HttpConnect& connect = of(parser);
    if (::strcasecmp(connect.field_.c_str(), "proxy-authenticate") == 0) {
      if (!connect.in_value_) connect.logins_ += ' ';
      connect.logins_.append(at, size);
    }
    connect.in_value_ = true;
    return 0;
  }

  // Interim answers go on with the next; of any other the header is all that counts, and its
  // length of a content means nothing in a tunnel.
  static int headers_complete(http_parser* parser) {
    HttpConnect& connect = of(parser);
    connect.header_complete_ = parser->status_code >= 200 || parser->status_code == 101;
    return connect.header_complete_ ? 2 : 0;
  }

  static const http_parser_settings* settings() {
    static const http_parser_settings settings = [] {
      http_parser_settings made{};
      made.on_header_field = header_field;
      made.on_header_value = header_value;
      made.on_headers_complete = headers_complete;
      return made;
    }();
    return &settings;
  }
};

HttpConnect::HttpConnect(std::string_view username, std::string_view password,
                         std::string_view host, std::uint16_t port)
    : target_(join_host_port(host, port)), with_login_(!username.empty()) {
  ::http_parser_init(&parser_, HTTP_RESPONSE);
  parser_.data = this;
  output() = "CONNECT " + target_ + " HTTP/1.1\r\nHost: " + target_ + "\r\n";
  if (with_login_) {
    std::string credentials = basic_credentials(username, password);
    output().append("Proxy-Authorization: Basic ").append(credentials).append("\r\n");
    ::explicit_bzero(credentials.data(), credentials.size());
  }
  output() += "\r\n";
}

// Two line ends are the last that comes.
std::size_t HttpConnect::wanted() const {
  return last_ == '\r' || last_ == '\n' ? 1 : 2;
}

void HttpConnect::feed(std::string_view bytes) {
  if (size_ == 0) first_ = bytes.front();
  last_ = bytes.back();
  size_ += bytes.size();
  const std::size_t used =
      ::http_parser_execute(&parser_, Callbacks::settings(), bytes.data(), bytes.size());
  if (header_complete_) return answered();
  if (HTTP_PARSER_ERRNO(&parser_) != HPE_OK || used != bytes.size()) {
    return fail(Error::proxy_failed, other_protocol(first_));
  }
  if (size_ >= max_size) fail(Error::proxy_failed, "the header of its answer exceeds 16 KiB");
}

void HttpConnect::answered() {
  const unsigned status = parser_.status_code;
  if (status / 100 == 2) return succeed();
  fail(Error::proxy_refused, status == 407 ? login_refusal() : refusal(status));
}

std::string HttpConnect::login_refusal() const {
  const std::string status = " (" + status_text(407) + ")";
  if (!logins_.empty() && ::strcasestr(logins_.c_str(), " basic") == nullptr) {
    return "it wants a login other than Basic, the only one there is here" + status;
  }
  if (with_login_) return "it refuses the user name or password" + status;
  return "it wants a login: put a user name and password into the proxy's URL" + status;
}

std::string HttpConnect::refusal(unsigned status) const {
  const std::string what = "no connection to " + target_ + ": ";
  switch (status) {
    case 403:
      return what + "its rules do not allow it (" + status_text(status) + ")";
    case 400:
    case 405:
    case 501:
      return what + "it is no proxy that makes tunnels (" + status_text(status) + ")";
    case 502:
    case 503:
    case 504:
      return what + "it could not reach it (" + status_text(status) + ")";
    default:
      return what + "it answered " + status_text(status);
  }
}

}  // namespace mqrig::net
