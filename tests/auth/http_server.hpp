#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mqrig::auth::tests {

// What a client sent. Names of headers are in lower case.
struct HttpRequest {
  std::string method;
  std::string path;
  std::map<std::string, std::string> headers;
  std::string body;  // of a form, as sent

  bool has(const std::string& field) const {
    return ("&" + body + "&").find("&" + field + "&") != std::string::npos;
  }
};

std::string http_answer(int status, const std::string& body);

// A server on a loopback port that answers one request a connection, on a thread of its own. What
// the handler returns is sent as it is; nothing at all if that is empty, and the connection stays
// open until the server is gone.
class HttpServer {
 public:
  using Handler = std::function<std::string(const HttpRequest&)>;

  explicit HttpServer(Handler handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  // "http://127.0.0.1:PORT" and this path.
  std::string url(const std::string& path = {}) const;
  std::vector<HttpRequest> requests() const;

 private:
  void serve();
  void answer(int connection);

  Handler handler_;
  int listener_;
  unsigned port_ = 0;
  mutable std::mutex mutex_;
  std::vector<HttpRequest> requests_;
  std::vector<int> open_;
  std::thread thread_;
};

}  // namespace mqrig::auth::tests
