#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <mqrig/auth/http_url.hpp>

namespace mqrig::auth {
namespace {

// What curl takes apart: nobody may understand a URL in another way than who connects to it.
class UrlParts {
 public:
  explicit UrlParts(const std::string& url) : url_(::curl_url(), &::curl_url_cleanup) {
    valid_ = url_ && ::curl_url_set(url_.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK;
  }

  bool valid() const { return valid_; }

  std::string part(CURLUPart which) const {
    char* text = nullptr;
    if (::curl_url_get(url_.get(), which, &text, 0) != CURLUE_OK) return {};
    std::string copy(text);
    ::curl_free(text);
    return copy;
  }

  bool has(CURLUPart which) const {
    char* text = nullptr;
    const bool found = ::curl_url_get(url_.get(), which, &text, 0) == CURLUE_OK;
    ::curl_free(text);
    return found;
  }

 private:
  std::unique_ptr<CURLU, decltype(&::curl_url_cleanup)> url_;
  bool valid_ = false;
};

bool is_loopback(const std::string& host) {
  in_addr address{};
  if (::inet_pton(AF_INET, host.c_str(), &address) == 1) return ntohl(address.s_addr) >> 24 == 127;
  return host == "localhost" || host == "[::1]";
}

bool is_plain(char c) {
  return c > ' ' && c <= '~';
}

}  // namespace

std::string url_fault(const std::string& url) {
  const UrlParts parts(url);
  if (!std::all_of(url.begin(), url.end(), is_plain)) {
    return "is not a URL: blanks and characters that are not ASCII have to be encoded";
  }
  if (!parts.valid() || parts.part(CURLUPART_HOST).empty()) return "is not a URL";
  if (parts.has(CURLUPART_USER) || parts.has(CURLUPART_PASSWORD)) {
    return "has a user name or a password in it, which is not supported";
  }
  if (parts.has(CURLUPART_FRAGMENT)) return "has a fragment ('#...'), which has no meaning here";
  const std::string scheme = parts.part(CURLUPART_SCHEME);
  if (scheme == "https") return {};
  if (scheme != "http") return "is no https URL";
  if (is_loopback(parts.part(CURLUPART_HOST))) return {};
  return "is not encrypted: secrets are sent by https only, and by http to this machine itself";
}

std::string shown_url(const std::string& url) {
  std::string shown = url.substr(0, url.find_first_of("?#"));
  const std::size_t slashes = shown.find("//");
  if (slashes == std::string::npos) return shown;
  const std::size_t host = slashes + 2;
  // What curl does not understand may have a password that reaches into what looks like a path.
  const std::size_t end = UrlParts(url).valid() ? shown.find('/', host) : std::string::npos;
  const std::size_t at = shown.rfind('@', end);
  if (at != std::string::npos && at >= host) shown.erase(host, at + 1 - host);
  return shown;
}

bool is_loopback_http(const std::string& url) {
  const UrlParts parts(url);
  return parts.valid() && parts.part(CURLUPART_SCHEME) == "http" &&
         is_loopback(parts.part(CURLUPART_HOST));
}

}  // namespace mqrig::auth
