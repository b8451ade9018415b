#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <chrono>
#include <mqrig/net/connected_socket.hpp>
#include <mqrig/net/listen_socket.hpp>
#include <mqrig/net/listener.hpp>
#include <mqrig/net/proxy_header.hpp>
#include <mqrig/net/system_call.hpp>
#include <mqrig/net/timer.hpp>
#include <mqrig/net/tls.hpp>
#include <mqrig/net/url.hpp>
#include <mqrig/net/watch.hpp>
#include <utility>
#include <vector>

namespace mqrig::net {
namespace {

using namespace std::chrono_literals;

// At about 10 µs each, others wait for less than a millisecond.
constexpr int accepts_per_turn = 64;
// How long to wait for the kernel to find memory: no event tells.
constexpr auto shortage_pause = 100ms;
// A port that the kernel chose for one address may be taken at another.
constexpr int port_choices = 16;

Endpoints endpoints_of(const ListenAddress& address, std::error_code& error) {
  if (!address.unix_path.empty()) {
    Endpoint endpoint;
    error = unix_endpoint(address.unix_path, endpoint);
    return {endpoint};
  }
  Endpoints endpoints = listen_endpoints(address.host, address.port);
  if (endpoints.empty()) error = Error::bad_bind_address;
  return endpoints;
}

// Nobody has lost anything if one of several addresses is of a family that is not there.
bool says_family_is_missing(std::error_code error) {
  return error == std::errc::address_family_not_supported ||
         error == std::errc::address_not_available;
}

// Opens all of the endpoints, at one port, or none.
std::error_code open_all(Endpoints endpoints, bool reuse_port, std::vector<ListenSocket>& sockets,
                         std::string& detail) {
  std::error_code missing;
  for (Endpoint& endpoint : endpoints) {
    if (!sockets.empty()) endpoint.set_port(sockets.front().endpoint().port());
    ListenSocket socket;
    const std::error_code error = socket.open(endpoint, reuse_port);
    if (!error) {
      sockets.push_back(std::move(socket));
      continue;
    }
    detail = endpoint.text() + ": " + error.message();
    missing = error;
    if (endpoints.size() > 1 && says_family_is_missing(error)) continue;
    sockets.clear();
    return error;
  }
  if (sockets.empty()) return missing;
  detail.clear();
  return {};
}

// Written so that parse_url() reads it back.
std::string encode_path(std::string_view path) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte != 0x7f && c != '%' && c != '?' && c != '#') {
      encoded += c;
    } else {
      encoded.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
  }
  return encoded;
}

Scheme scheme_of(const ListenAddress& address) {
  if (address.web_socket) return address.tls ? Scheme::wss : Scheme::ws;
  return address.tls ? Scheme::mqtts : Scheme::mqtt;
}

// Each makes its handshake in the reads and writes of the stream.
std::unique_ptr<Stream> put_layers_on(std::unique_ptr<Stream> stream,
                                      const ListenAddress& address) {
  if (address.proxy_protocol) stream = accept_proxy_header(std::move(stream));
  if (address.tls) stream = address.tls->accept(std::move(stream));
  if (address.web_socket) stream = accept_web_socket(std::move(stream), *address.web_socket);
  return stream;
}

// One descriptor kept for the day when there are no more: given up, it lets the waiting connection
// be accepted and closed, so that its client learns of it and the socket is not ready for ever.
class SpareDescriptor {
 public:
  SpareDescriptor() { take(); }
  SpareDescriptor(const SpareDescriptor&) = delete;
  SpareDescriptor& operator=(const SpareDescriptor&) = delete;
  ~SpareDescriptor() { give_up(); }

  bool take() {
    if (descriptor_ < 0) descriptor_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    return descriptor_ >= 0;
  }
  void give_up() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

 private:
  int descriptor_ = -1;
};

}  // namespace

// One listening socket and its part in the event loop.
class Listener::Acceptor final : private StreamHandler {
 public:
  Acceptor(State& state, ListenSocket socket) : state_(state), socket_(std::move(socket)) {}

  std::error_code open(asio::io_context& context) {
    if (const auto error = watch_.open(context, socket_.release())) return error;
    watch_.set_handler(this);
    watch_.wait_readable();
    return {};
  }
  const Endpoint& endpoint() const { return socket_.endpoint(); }
  void go_on() { watch_.wait_readable(); }
  void close() {
    watch_.close();
    socket_ = ListenSocket();
  }

 private:
  enum class Next { accept, wait, pause };

  void on_readable() override;
  void on_writable() override {}
  Next after_failure(int failure);
  Next refuse_one();

  State& state_;
  ListenSocket socket_;
  Watch watch_;
};

// Outlives the listener while an acceptor is at work in it.
struct Listener::State : std::enable_shared_from_this<State> {
  State(asio::io_context& context_, const ListenAddress& address_, Callback callback_)
      : context(context_),
        address(address_),
        callback(std::move(callback_)),
        pause(context_, [this] { go_on(); }) {}

  std::error_code add(ListenSocket socket) {
    acceptors.push_back(std::make_unique<Acceptor>(*this, std::move(socket)));
    return acceptors.back()->open(context);
  }

  void hand_over(int socket) {
    std::error_code error;
    auto stream = make_socket_stream(context, socket, error);
    if (error) {
      ++refused;
    } else {
      callback(put_layers_on(std::move(stream), address));
    }
  }

  void go_on() {
    spare.take();
    for (const auto& acceptor : acceptors) acceptor->go_on();
  }

  void close() {
    closed = true;
    pause.cancel();
    for (const auto& acceptor : acceptors) acceptor->close();
  }

  asio::io_context& context;
  ListenAddress address;
  Callback callback;
  Timer pause;
  SpareDescriptor spare;
  std::vector<std::unique_ptr<Acceptor>> acceptors;
  std::uint64_t refused = 0;
  bool closed = false;
};

void Listener::Acceptor::on_readable() {
  const auto kept = state_.shared_from_this();
  Next next = Next::accept;
  for (int i = 0; i < accepts_per_turn && next == Next::accept && !state_.closed; ++i) {
    const int socket =
        ::accept4(watch_.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      state_.hand_over(socket);
    } else {
      next = after_failure(errno);
    }
  }
  if (state_.closed) return;
  if (next != Next::pause) return watch_.wait_readable();
  state_.pause.expires_at(Timer::Clock::now() + shortage_pause);
}

Listener::Acceptor::Next Listener::Acceptor::after_failure(int failure) {
  switch (failure) {
    case EAGAIN:
      return Next::wait;
    case EMFILE:
    case ENFILE:
      return refuse_one();
    case ENOBUFS:
    case ENOMEM:
      return Next::pause;
    default:  // says something about that one connection
      return Next::accept;
  }
}

// The limit is reported whether or not a connection is waiting.
Listener::Acceptor::Next Listener::Acceptor::refuse_one() {
  state_.spare.give_up();
  const int socket = ::accept4(watch_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
  const bool queue_empty = socket < 0 && errno == EAGAIN;
  if (socket >= 0) {
    ::close(socket);
    ++state_.refused;
  }
  // Somebody else may have been quicker to take the descriptor.
  const bool in_hand = state_.spare.take();
  if (queue_empty) return Next::wait;
  return in_hand ? Next::accept : Next::pause;
}

Listener::Listener(asio::io_context& context) : context_(context) {}

Listener::~Listener() {
  close();
}

std::error_code Listener::start(const ListenAddress& address, Callback callback,
                                std::string& detail) {
  close();
  std::error_code error;
  const Endpoints endpoints = endpoints_of(address, error);
  if (error) {
    const std::string& what = address.unix_path.empty() ? address.host : address.unix_path;
    detail = what + ": " + error.message();
    return error;
  }
  std::vector<ListenSocket> sockets;
  const int tries = address.unix_path.empty() && address.port == 0 ? port_choices : 1;
  for (int i = 0; i < tries; ++i) {
    error = open_all(endpoints, address.reuse_port, sockets, detail);
    if (error != std::errc::address_in_use) break;
  }
  if (error) return error;
  auto state = std::make_shared<State>(context_, address, std::move(callback));
  for (ListenSocket& socket : sockets) {
    const std::string name = socket.endpoint().text();
    if ((error = state->add(std::move(socket)))) {
      detail = name + ": " + error.message();
      return error;
    }
  }
  state_ = std::move(state);
  return {};
}

std::string Listener::url() const {
  if (!state_) return {};
  const Endpoint& endpoint = state_->acceptors.front()->endpoint();
  if (endpoint.family() == AF_UNIX) return "unix://" + encode_path(endpoint.text());
  const ListenAddress& address = state_->address;
  const std::string path = address.web_socket ? address.web_socket->path : std::string();
  return std::string(scheme_name(scheme_of(address))) + "://" + endpoint.text() + path;
}

std::uint16_t Listener::port() const {
  return state_ ? state_->acceptors.front()->endpoint().port() : std::uint16_t{0};
}

std::uint64_t Listener::refused() const {
  return state_ ? state_->refused : 0;
}

void Listener::close() {
  if (!state_) return;
  state_->close();
  state_.reset();
}

}  // namespace mqrig::net
