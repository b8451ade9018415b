#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <ctime>
#include <mqrig/net/http_request.hpp>
#include <mqrig/net/listener.hpp>
#include <mqrig/net/text_server.hpp>
#include <mqrig/net/timer.hpp>
#include <optional>
#include <string_view>
#include <vector>

namespace mqrig::net {
namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    case 431:
      return "Request Header Fields Too Large";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Service Unavailable";
  }
}

// "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale is.
std::string date() {
  constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char rest[32];
  std::strftime(rest, sizeof rest, " %Y %H:%M:%S GMT", &utc);
  char day[8];
  std::strftime(day, sizeof day, ", %d ", &utc);
  return std::string(days[static_cast<std::size_t>(utc.tm_wday)]) + day +
         months[static_cast<std::size_t>(utc.tm_mon)] + rest;
}

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  bool with_body = true;  // not for HEAD, which is told the size only
  bool keep_alive = false;
};

std::string encode(const Response& response) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
  out.append(reason_phrase(response.status)).append("\r\nDate: ").append(date());
  out += "\r\nContent-Type: " + response.content_type;
  out += "\r\nContent-Length: " + std::to_string(response.body.size());
  if (response.status == 405) out += "\r\nAllow: GET, HEAD";
  out += response.keep_alive ? "\r\nConnection: keep-alive" : "\r\nConnection: close";
  out += "\r\n\r\n";
  if (response.with_body) out += response.body;
  return out;
}

Response failure(int status) {
  Response response;
  response.status = status;
  response.body = std::string(reason_phrase(status)) + "\n";
  return response;
}

}  // namespace

struct TextServer::State {
  explicit State(asio::io_context& context_, std::chrono::milliseconds timeout_)
      : context(context_), timeout(timeout_), listener(context_) {}

  Response answer(const HttpRequest& request) const;
  void accept(std::unique_ptr<Stream> stream);
  void drop(Connection& connection);

  asio::io_context& context;
  std::chrono::milliseconds timeout;
  Listener listener;
  TextPage page;
  std::vector<std::unique_ptr<Connection>> connections;
};

// Requests are answered one after another: the next is read when the answer before it has left.
class TextServer::Connection final : private StreamHandler {
 public:
  Connection(State& state, std::unique_ptr<Stream> stream)
      : state_(state),
        stream_(std::move(stream)),
        deadline_(state.context, [this] { state_.drop(*this); }) {
    stream_->set_handler(this);
    stream_->wait_readable();
    extend();
  }

  // Instead of serving: says so, and goes.
  void refuse() {
    closing_ = true;
    out_ = encode(failure(503));
    stream_->wait_writable();
  }

 private:
  void on_readable() override;
  void on_writable() override { go_on(); }
  void go_on();
  bool flush();
  void serve();
  void extend() { deadline_.expires_at(Timer::Clock::now() + state_.timeout); }

  State& state_;
  std::unique_ptr<Stream> stream_;
  Timer deadline_;
  std::string in_;  // received, not looked at yet
  std::string out_;
  std::size_t sent_ = 0;
  std::optional<HttpRequest> request_;
  bool closing_ = false;  // after what is in out_
};

void TextServer::Connection::on_readable() {
  std::array<std::uint8_t, 4096> buffer;
  const IoResult result = stream_->read_some(buffer);
  if (result.error) return state_.drop(*this);
  // After the last answer, what still comes is read only so that the kernel does not reset the
  // connection and with it our answer.
  if (!closing_) in_.append(reinterpret_cast<const char*>(buffer.data()), result.count);
  go_on();
}

void TextServer::Connection::go_on() {
  while (flush()) {
    if (closing_) {
      stream_->shutdown_send();
      return stream_->wait_readable();
    }
    serve();
    if (out_.empty()) return stream_->wait_readable();
  }
}

// True when everything has left. Otherwise goes on when it may, or has dropped the connection.
bool TextServer::Connection::flush() {
  while (sent_ < out_.size()) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(out_.data());
    const IoResult result = stream_->write_some({bytes + sent_, out_.size() - sent_});
    if (result.error) {
      state_.drop(*this);
      return false;
    }
    if (result.count == 0) {
      stream_->wait_writable();
      return false;
    }
    sent_ += result.count;
  }
  out_.clear();
  sent_ = 0;
  return true;
}

// Takes one request from what was received, if it is all there.
void TextServer::Connection::serve() {
  if (in_.empty()) return;
  if (!request_) request_.emplace();
  in_.erase(0, request_->feed(in_));
  if (!request_->complete() && request_->fault() == 0) return;
  const Response response = state_.answer(*request_);
  out_ = encode(response);
  closing_ = !response.keep_alive;
  request_.reset();
  extend();
}

Response TextServer::State::answer(const HttpRequest& request) const {
  if (request.fault() != 0) return failure(request.fault());
  if (!request.is_get() && !request.is_head()) return failure(405);
  Response response;
  if (request.path() == page.path) {
    response.content_type = page.content_type;
    response.body = page.body();
  } else {
    response = failure(404);
  }
  response.with_body = request.is_get();
  response.keep_alive = request.keep_alive();
  return response;
}

void TextServer::State::accept(std::unique_ptr<Stream> stream) {
  const bool full = connections.size() >= max_connections;
  // So many may wait for their refusal to be read; beyond that nobody is told anything.
  if (connections.size() >= 2 * max_connections) return;
  connections.push_back(std::make_unique<Connection>(*this, std::move(stream)));
  if (full) connections.back()->refuse();
}

void TextServer::State::drop(Connection& connection) {
  std::erase_if(connections, [&](const auto& other) { return other.get() == &connection; });
}

TextServer::TextServer(asio::io_context& context, std::chrono::milliseconds timeout)
    : state_(std::make_unique<State>(context, timeout)) {}

TextServer::~TextServer() = default;

std::error_code TextServer::start(const ListenAddress& address, TextPage page,
                                  std::string& detail) {
  close();
  state_->page = std::move(page);
  return state_->listener.start(
      address,
      [state = state_.get()](std::unique_ptr<Stream> stream) { state->accept(std::move(stream)); },
      detail);
}

std::string TextServer::url() const {
  const std::string listening = state_->listener.url();
  const std::string scheme = "mqtt://";
  if (!listening.starts_with(scheme)) return {};
  return "http://" + listening.substr(scheme.size()) + state_->page.path;
}

void TextServer::close() {
  state_->listener.close();
  state_->connections.clear();
}

}  // namespace mqrig::net
