#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mqrig/net/listen_address.hpp>
#include <string>
#include <system_error>

namespace asio {
class io_context;
}

namespace mqrig::net {

// A text that is made anew for each request.
struct TextPage {
  TextPage() = default;
  TextPage(std::string path_, std::string content_type_, std::function<std::string()> body_)
      : path(std::move(path_)), content_type(std::move(content_type_)), body(std::move(body_)) {}

  std::string path;          // "/metrics"
  std::string content_type;  // "text/plain; version=0.0.4; charset=utf-8"
  // Called from the event loop. Must not close or destroy the server.
  std::function<std::string()> body;
};

// Serves one text over HTTP/1.1 to GET and HEAD, as Prometheus fetches it. Connections are kept for
// the next request as the client wishes. What one client can cost is bounded: `max_connections`
// (more are answered 503), 8 KiB a request, and `timeout` from one answer to the end of the next.
//
// Belongs to the thread of its io_context, and must be destroyed before it. Work of the io_context
// until close().
class TextServer {
 public:
  static constexpr std::size_t max_connections = 32;

  // The time-out is for tests to shorten.
  explicit TextServer(asio::io_context& context,
                      std::chrono::milliseconds timeout = std::chrono::seconds(10));
  TextServer(const TextServer&) = delete;
  TextServer& operator=(const TextServer&) = delete;
  ~TextServer();  // closes

  // Errors and `detail` as for Listener::start().
  std::error_code start(const ListenAddress& address, TextPage page, std::string& detail);

  // Of the page, with the real port: "http://127.0.0.1:9100/metrics". Empty when not listening, or
  // on a Unix socket.
  std::string url() const;

  // Also drops the connections. May be repeated; start() may follow.
  void close();

 private:
  class Connection;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mqrig::net
