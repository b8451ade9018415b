#include <openssl/evp.h>
#include <string.h>

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
  const std::string_view words = ::http_status_str(static_cast<http_status>(status));
  const std::string number = std::to_string(status);
  return words.starts_with('<') ? number : number + " " + std::string(words);  // "<unknown>"
}

std::string other_protocol(char first) {
  if (first == 5) return "it answers in SOCKS5, not in HTTP: its URL begins with socks5://";
  if (first == 0x15) return "it answers in TLS, not in HTTP: its URL may begin with https://";
  return "what it answers is not HTTP";
}

}  // namespace

HttpConnect::HttpConnect(std::string_view username, std::string_view password,
                         std::string_view host, std::uint16_t port)
    : target_(join_host_port(host, port)), with_login_(!username.empty()) {
  head_.emplace(HttpHead::Kind::answer, max_size);
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
  if (head_->size() == 0 && interim_size_ == 0) first_ = bytes.front();
  last_ = bytes.back();
  const std::size_t used = head_->feed(bytes);
  if (head_->fault() == HttpHead::Fault::too_large) {
    return fail(Error::proxy_failed, "the header of its answer exceeds 16 KiB");
  }
  // The parser takes more for the end of a line than HTTP has: what comes next would be lost.
  if (head_->fault() != HttpHead::Fault::none || used < bytes.size()) {
    return fail(Error::proxy_failed, other_protocol(first_));
  }
  if (head_->complete()) answered();
}

void HttpConnect::answered() {
  const unsigned status = head_->status();
  if (status / 100 == 2) return succeed();
  const bool interim = status / 100 == 1 && status != 101;
  if (!interim)
    return fail(Error::proxy_refused, status == 407 ? login_refusal() : refusal(status));
  interim_size_ += head_->size();
  if (interim_size_ >= max_size) {
    return fail(Error::proxy_failed, "the header of its answer exceeds 16 KiB");
  }
  head_.emplace(HttpHead::Kind::answer, max_size - interim_size_);
}

std::string HttpConnect::login_refusal() const {
  const std::string status = " (" + status_text(407) + ")";
  constexpr std::string_view offers = "Proxy-Authenticate";
  if (head_->count(offers) > 0 && !head_->has_challenge(offers, "Basic")) {
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
