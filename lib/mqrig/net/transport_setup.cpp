#include <mqrig/net/host_port.hpp>
#include <mqrig/net/proxy_tunnel.hpp>
#include <mqrig/net/tls.hpp>
#include <mqrig/net/transport_setup.hpp>
#include <mqrig/net/url.hpp>
#include <utility>

namespace mqrig::net {
namespace {

const std::error_code in_progress = std::make_error_code(std::errc::operation_in_progress);

}  // namespace

TransportSetup::TransportSetup(const ConnectOptions& options, std::unique_ptr<Stream> stream,
                               std::string target, Done done)
    : options_(options),
      stream_(std::move(stream)),
      target_(std::move(target)),
      done_(std::move(done)) {
  const Transport& transport = options_.transport;
  if (with_proxy()) {
    if (transport.proxy->kind == Proxy::Kind::https) steps_.push_back(Step::proxy_tls);
    steps_.push_back(Step::proxy_tunnel);
  }
  if (transport.tls) steps_.push_back(Step::tls);
  if (transport.web_socket) steps_.push_back(Step::web_socket);
  if (!steps_.empty()) address_ = stream_->peer_address();
}

std::error_code TransportSetup::start() {
  return advance();
}

std::unique_ptr<Stream> TransportSetup::take_stream() {
  stream_->set_handler(nullptr);
  return std::move(stream_);
}

void TransportSetup::go_on() {
  const std::error_code error = advance();
  if (error == in_progress) return;
  const Done done = std::move(done_);
  done(error);
}

std::error_code TransportSetup::advance() {
  while (step_ < steps_.size()) {
    if (layer_ == nullptr) put_on();
    std::error_code error;
    switch (layer_->handshake(error)) {
      case Layer::Progress::wants_read:
        stream_->wait_readable();
        return in_progress;
      case Layer::Progress::wants_write:
        stream_->wait_writable();
        return in_progress;
      case Layer::Progress::failed:
        return note_failure(error);
      case Layer::Progress::done:
        layer_ = nullptr;
        ++step_;
    }
  }
  return {};
}

void TransportSetup::put_on() {
  stream_ = make_layer(std::move(stream_));
  layer_ = static_cast<Layer*>(stream_.get());  // as those who make it promise
  stream_->set_handler(this);
}

std::unique_ptr<Stream> TransportSetup::make_layer(std::unique_ptr<Stream> below) const {
  const Transport& transport = options_.transport;
  switch (steps_[step_]) {
    case Step::proxy_tls:
      return transport.proxy->tls->connect(std::move(below), transport.proxy->host);
    case Step::proxy_tunnel:
      return connect_through_proxy(std::move(below), *transport.proxy, target_, options_.port);
    case Step::tls:
      return transport.tls->connect(std::move(below), server_name());
    case Step::web_socket:
      break;
  }
  return connect_web_socket(std::move(below), web_socket_request());
}

// The certificate speaks of the name that was asked for, wherever an address for it came from.
std::string TransportSetup::server_name() const {
  if (!options_.transport.tls_name.empty()) return options_.transport.tls_name;
  if (!options_.unix_path.empty()) return "localhost";
  const bool absolute = options_.host.ends_with('.');  // DNS writes the root, certificates do not
  return options_.host.substr(0, options_.host.size() - (absolute ? 1 : 0));
}

WebSocketRequest TransportSetup::web_socket_request() const {
  WebSocketRequest request = *options_.transport.web_socket;
  if (!request.host.empty()) return request;
  if (!options_.unix_path.empty()) {
    request.host = "localhost";
    return request;
  }
  // RFC 9110, section 7.2: without the port where the scheme implies it. A zone means nothing to
  // the other end (RFC 6874).
  const std::string host = options_.host.substr(0, options_.host.find('%'));
  request.host = join_host_port(host, options_.port);
  const Scheme scheme = options_.transport.tls ? Scheme::wss : Scheme::ws;
  if (options_.port == default_port(scheme)) request.host.erase(request.host.rfind(':'));
  return request;
}

std::error_code TransportSetup::note_failure(std::error_code error) {
  constexpr const char* names[] = {"TLS to the proxy", "the proxy", "TLS", "WebSocket"};
  failure_ = stream_->failure();
  if (!failure_.empty()) return error;
  failure_.append(names[static_cast<std::size_t>(steps_[step_])]);
  failure_.append(": ").append(error.message());
  return error;
}

bool TransportSetup::with_proxy() const {
  return options_.transport.proxy && options_.unix_path.empty();
}

std::string TransportSetup::peer() const {
  if (!options_.unix_path.empty()) return options_.unix_path;
  const bool to_proxy = step_ < steps_.size() && steps_[step_] <= Step::proxy_tunnel;
  const std::string host = join_host_port(options_.host, options_.port);
  if (with_proxy() && !to_proxy) {
    return host + " through the proxy " + options_.transport.proxy->text();
  }
  const std::string& name = to_proxy ? options_.transport.proxy->host : options_.host;
  const std::string text = to_proxy ? "proxy " + options_.transport.proxy->text() : host;
  return address_.empty() || address_ == name ? text : text + " (" + address_ + ")";
}

std::string TransportSetup::missing() const {
  switch (steps_[step_]) {
    case Step::proxy_tls:
      return "no end of the TLS handshake with the proxy";
    case Step::proxy_tunnel:
      return "no answer of the proxy for " + join_host_port(target_, options_.port);
    case Step::tls:
      return "no end of the TLS handshake";
    case Step::web_socket:
      break;
  }
  return "no answer to the WebSocket request";
}

}  // namespace mqrig::net
