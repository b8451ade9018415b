#pragma once

#include <http_parser.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace mqrig::net {

// Reads one HTTP/1.x request, piece by piece as it arrives. Keeps of it what a server of texts
// needs, and bounds the rest. Private to this room.
class HttpRequest {
 public:
  // Of the request line, the header and the content together.
  static constexpr std::size_t max_size = 8192;

  HttpRequest();
  HttpRequest(const HttpRequest&) = delete;
  HttpRequest& operator=(const HttpRequest&) = delete;

  // Returns how much belongs to this request: what follows is the next one's. To be called until
  // complete(), or until there is a fault.
  std::size_t feed(std::string_view bytes);

  bool complete() const { return complete_; }
  // 0, or the status that answers what is no request: 400, 413, 431 or 505.
  int fault() const { return fault_; }

  // Once complete.
  bool is_get() const { return parser_.method == HTTP_GET; }
  bool is_head() const { return parser_.method == HTTP_HEAD; }
  bool keep_alive() const { return keep_alive_; }
  // The path alone, without a query, as it was sent.
  const std::string& path() const { return path_; }

 private:
  struct Callbacks;
  void finish();
  int fault_of_failure() const;

  http_parser parser_;
  std::size_t size_ = 0;
  std::string target_;
  std::string path_;
  std::string field_;  // the name of the header field that is being read
  int hosts_ = 0;
  int fault_ = 0;
  bool in_value_ = false;
  bool header_complete_ = false;
  bool complete_ = false;
  bool keep_alive_ = false;
};

}  // namespace mqrig::net
