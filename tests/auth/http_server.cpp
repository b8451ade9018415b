#include "http_server.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

namespace mqrig::auth::tests {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// False when the client has gone.
bool read_more(int connection, std::string& text) {
  char buffer[4096];
  const ssize_t count = ::recv(connection, buffer, sizeof buffer, 0);
  if (count <= 0) return false;
  text.append(buffer, static_cast<std::size_t>(count));
  return true;
}

HttpRequest read_request(int connection) {
  HttpRequest request;
  std::string text;
  while (text.find("\r\n\r\n") == std::string::npos) {
    if (!read_more(connection, text)) return request;
    if (text.front() < 'A') return request;  // TLS
  }
  const std::size_t end = text.find("\r\n\r\n");
  std::istringstream head(text.substr(0, end));
  head >> request.method >> request.path;
  std::string line;
  std::getline(head, line);
  while (std::getline(head, line)) {
    if (line.ends_with('\r')) line.pop_back();
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) {
      request.headers[lower(line.substr(0, colon))] = line.substr(colon + 2);
    }
  }
  request.body = text.substr(end + 4);
  const std::string length = request.headers["content-length"];
  while (!length.empty() && request.body.size() < std::stoul(length)) {
    if (!read_more(connection, request.body)) break;
  }
  return request;
}

}  // namespace

std::string http_answer(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Answer\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

HttpServer::HttpServer(Handler handler)
    : handler_(std::move(handler)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(listener_, generic, size) == 0);
  REQUIRE(::listen(listener_, 16) == 0);
  REQUIRE(::getsockname(listener_, generic, &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

HttpServer::~HttpServer() {
  ::shutdown(listener_, SHUT_RDWR);  // wakes accept()
  thread_.join();
  ::close(listener_);
  for (const int connection : open_) ::close(connection);
}

std::string HttpServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::vector<HttpRequest> HttpServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void HttpServer::serve() {
  for (;;) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    answer(connection);
  }
}

void HttpServer::answer(int connection) {
  HttpRequest request = read_request(connection);
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  const std::string text = handler_(request);
  if (text.empty()) {
    open_.push_back(connection);
    return;
  }
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t count = ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) break;
    sent += static_cast<std::size_t>(count);
  }
  ::close(connection);
}

}  // namespace mqrig::auth::tests
