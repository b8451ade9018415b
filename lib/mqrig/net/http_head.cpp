#include <strings.h>

#include <algorithm>
#include <mqrig/net/http_head.hpp>

namespace mqrig::net {
namespace {

bool equal_without_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool equal_exactly(std::string_view a, std::string_view b) {
  return a == b;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

// What http_parser calls. The pieces of a name or value may come one by one.
struct HttpHead::Callbacks {
  static HttpHead& of(http_parser* parser) { return *static_cast<HttpHead*>(parser->data); }

  static int url(http_parser* parser, const char* at, std::size_t size) {
    of(parser).target_.append(at, size);
    return 0;
  }

  static int header_field(http_parser* parser, const char* at, std::size_t size) {
    HttpHead& head = of(parser);
    if (std::exchange(head.in_value_, false)) head.fields_.emplace_back();
    head.fields_.back().first.append(at, size);
    return 0;
  }

  static int header_value(http_parser* parser, const char* at, std::size_t size) {
    HttpHead& head = of(parser);
    head.in_value_ = true;
    head.fields_.back().second.append(at, size);
    return 0;
  }

  // The answer makes the parser leave what follows alone.
  static int headers_complete(http_parser* parser) {
    of(parser).complete_ = true;
    return 2;
  }

  static const http_parser_settings* settings() {
    static const http_parser_settings settings = [] {
      http_parser_settings made{};
      made.on_url = url;
      made.on_header_field = header_field;
      made.on_header_value = header_value;
      made.on_headers_complete = headers_complete;
      return made;
    }();
    return &settings;
  }
};

HttpHead::HttpHead(Kind kind, std::size_t max_size) : max_size_(max_size) {
  ::http_parser_init(&parser_, kind == Kind::request ? HTTP_REQUEST : HTTP_RESPONSE);
  parser_.data = this;
}

std::size_t HttpHead::feed(std::string_view bytes) {
  const std::string_view allowed = bytes.substr(0, max_size_ - size_);
  const std::size_t used =
      ::http_parser_execute(&parser_, Callbacks::settings(), allowed.data(), allowed.size());
  size_ += used;
  const http_errno error = HTTP_PARSER_ERRNO(&parser_);
  if (error == HPE_INVALID_VERSION || (complete_ && parser_.http_major != 1)) {
    fault_ = Fault::version;
  } else if (error != HPE_OK) {
    fault_ = Fault::malformed;
  } else if (!complete_ && size_ == max_size_) {
    fault_ = Fault::too_large;
  }
  return used;
}

std::string HttpHead::path() const {
  http_parser_url url;
  ::http_parser_url_init(&url);
  if (::http_parser_parse_url(target_.data(), target_.size(), 0, &url) != 0) return {};
  if ((url.field_set & (1u << UF_PATH)) == 0) return {};
  return target_.substr(url.field_data[UF_PATH].off, url.field_data[UF_PATH].len);
}

std::size_t HttpHead::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(fields_.begin(), fields_.end(),
                    [&](const auto& field) { return equal_without_case(field.first, name); }));
}

std::string_view HttpHead::value(std::string_view name) const {
  for (const auto& field : fields_) {
    if (equal_without_case(field.first, name)) return trimmed(field.second);
  }
  return {};
}

bool HttpHead::has_token(std::string_view name, std::string_view token) const {
  return any_token(name, token, equal_without_case);
}

bool HttpHead::has_exact_token(std::string_view name, std::string_view token) const {
  return any_token(name, token, equal_exactly);
}

bool HttpHead::has_challenge(std::string_view name, std::string_view scheme) const {
  return any_token(name, scheme, [](std::string_view challenge, std::string_view wanted) {
    return equal_without_case(challenge.substr(0, challenge.find(' ')), wanted);
  });
}

bool HttpHead::any_token(std::string_view name, std::string_view token, Equal equal) const {
  for (const auto& field : fields_) {
    if (!equal_without_case(field.first, name)) continue;
    std::string_view rest = field.second;
    for (;;) {
      const std::size_t comma = rest.find(',');
      if (equal(trimmed(rest.substr(0, comma)), token)) return true;
      if (comma == rest.npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

}  // namespace mqrig::net
