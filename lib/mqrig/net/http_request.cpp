#include <strings.h>

#include <algorithm>
#include <mqrig/net/http_request.hpp>

namespace mqrig::net {

// What http_parser calls. The pieces of a name or value may come one by one.
struct HttpRequest::Callbacks {
  static HttpRequest& of(http_parser* parser) { return *static_cast<HttpRequest*>(parser->data); }

  static int url(http_parser* parser, const char* at, std::size_t size) {
    of(parser).target_.append(at, size);
    return 0;
  }

  static int header_field(http_parser* parser, const char* at, std::size_t size) {
    HttpRequest& request = of(parser);
    if (request.in_value_) request.field_.clear();
    request.in_value_ = false;
    request.field_.append(at, size);
    return 0;
  }

  static int header_value(http_parser* parser, const char*, std::size_t) {
    HttpRequest& request = of(parser);
    if (!request.in_value_ && ::strcasecmp(request.field_.c_str(), "host") == 0) ++request.hosts_;
    request.in_value_ = true;
    return 0;
  }

  static int headers_complete(http_parser* parser) {
    of(parser).header_complete_ = true;
    return 0;
  }

  // The pause keeps it from reading on into the next request.
  static int message_complete(http_parser* parser) {
    of(parser).complete_ = true;
    of(parser).keep_alive_ = ::http_should_keep_alive(parser) != 0;
    ::http_parser_pause(parser, 1);
    return 0;
  }

  static const http_parser_settings* settings() {
    static const http_parser_settings settings = [] {
      http_parser_settings made{};
      made.on_url = url;
      made.on_header_field = header_field;
      made.on_header_value = header_value;
      made.on_headers_complete = headers_complete;
      made.on_message_complete = message_complete;
      return made;
    }();
    return &settings;
  }
};

HttpRequest::HttpRequest() {
  ::http_parser_init(&parser_, HTTP_REQUEST);
  parser_.data = this;
}

std::size_t HttpRequest::feed(std::string_view bytes) {
  const std::string_view allowed = bytes.substr(0, max_size - size_);
  const std::size_t used =
      ::http_parser_execute(&parser_, Callbacks::settings(), allowed.data(), allowed.size());
  size_ += used;
  if (complete_) {
    finish();
  } else if (HTTP_PARSER_ERRNO(&parser_) != HPE_OK) {
    fault_ = fault_of_failure();
  } else if (size_ == max_size) {
    fault_ = header_complete_ ? 413 : 431;
  }
  return used;
}

int HttpRequest::fault_of_failure() const {
  return HTTP_PARSER_ERRNO(&parser_) == HPE_INVALID_VERSION ? 505 : 400;
}

void HttpRequest::finish() {
  if (parser_.http_major != 1) {
    fault_ = 505;
    return;
  }
  // RFC 9112, section 3.2: exactly one Host, which HTTP/1.0 did not know.
  const bool host_fits = parser_.http_minor == 0 ? hosts_ <= 1 : hosts_ == 1;
  const bool is_connect = parser_.method == HTTP_CONNECT;
  http_parser_url url;
  ::http_parser_url_init(&url);
  const bool target_fits = target_ == "*" || ::http_parser_parse_url(target_.data(), target_.size(),
                                                                     is_connect ? 1 : 0, &url) == 0;
  if (!host_fits || !target_fits) {
    fault_ = 400;
    return;
  }
  const auto& path = url.field_data[UF_PATH];
  if ((url.field_set & (1u << UF_PATH)) != 0) path_ = target_.substr(path.off, path.len);
}

}  // namespace mqrig::net
