#pragma once

#include <http_parser.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mqrig::net {

// Reads the start line and the header of one HTTP/1.x message, piece by piece as they arrive, and
// nothing behind them. Private to this room.
class HttpHead {
 public:
  enum class Kind { request, answer };
  enum class Fault { none, malformed, too_large, version };

  // `max_size` bounds start line and header together.
  HttpHead(Kind kind, std::size_t max_size);
  HttpHead(const HttpHead&) = delete;
  HttpHead& operator=(const HttpHead&) = delete;

  // Returns how much belongs to the head: what follows is content, or another protocol. To be
  // called until complete(), or until there is a fault.
  std::size_t feed(std::string_view bytes);

  bool complete() const { return complete_; }
  Fault fault() const { return fault_; }
  std::size_t size() const { return size_; }

  // Once complete. Of a request:
  bool is_get() const { return parser_.method == HTTP_GET; }
  bool is_head() const { return parser_.method == HTTP_HEAD; }
  // As it was sent, without a query; empty if the target has none.
  std::string path() const;
  // Of an answer:
  unsigned status() const { return parser_.status_code; }
  // Of both:
  bool is_at_least_1_1() const { return parser_.http_major > 1 || parser_.http_minor >= 1; }
  std::size_t count(std::string_view name) const;
  // Of the first field with this name; empty if there is none.
  std::string_view value(std::string_view name) const;
  // Whether a token is in the comma-separated lists of the fields with this name, in either case of
  // letters.
  bool has_token(std::string_view name, std::string_view token) const;
  // The same, but cases differ.
  bool has_exact_token(std::string_view name, std::string_view token) const;
  // Whether one of the fields with this name offers the scheme of authentication, in any case of
  // letters [RFC 9110, section 11.6.1].
  bool has_challenge(std::string_view name, std::string_view scheme) const;

 private:
  struct Callbacks;
  using Equal = bool (*)(std::string_view, std::string_view);
  bool any_token(std::string_view name, std::string_view token, Equal equal) const;

  http_parser parser_;
  std::size_t max_size_;
  std::size_t size_ = 0;
  std::string target_;
  std::vector<std::pair<std::string, std::string>> fields_;
  Fault fault_ = Fault::none;
  bool in_value_ = true;
  bool complete_ = false;
};

}  // namespace mqrig::net
