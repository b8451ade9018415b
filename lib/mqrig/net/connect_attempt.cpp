#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <mqrig/net/connect_attempt.hpp>
#include <mqrig/net/host_port.hpp>
#include <mqrig/net/socket_connect.hpp>

namespace mqrig::net {
namespace {

using namespace std::chrono_literals;

// RFC 8305, section 5: the Connection Attempt Delay.
constexpr auto stagger = 250ms;

// Says nothing about the host, only that this machine has no way to that address.
bool says_little(std::error_code error) {
  return error == std::errc::network_unreachable || error == std::errc::host_unreachable ||
         error == std::errc::address_not_available ||
         error == std::errc::address_family_not_supported;
}

std::string duration_text(std::chrono::milliseconds time) {
  const auto count = time.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

}  // namespace

Connector::Attempt::Attempt(Connector& connector, ConnectOptions options, Callback callback)
    : connector_(connector),
      options_(std::move(options)),
      callback_(std::move(callback)),
      deadline_(connector.context_, [this] { timed_out(); }),
      stagger_(connector.context_, [this] { next_socket(); }) {}

Connector::Attempt::~Attempt() {
  stop();
}

void Connector::Attempt::post_begin() {
  asio::post(connector_.context_, [weak = weak_from_this()] {
    if (const auto attempt = weak.lock(); attempt && !attempt->stopped_) attempt->begin();
  });
}

void Connector::Attempt::stop() {
  stopped_ = true;
  resolve_.reset();
  sockets_.clear();
  deadline_.cancel();
  stagger_.cancel();
}

void Connector::Attempt::begin() {
  const auto begun = Timer::Clock::now();
  find_endpoints();
  if (!stopped_ && options_.timeout > 0ms) deadline_.expires_at(begun + options_.timeout);
}

void Connector::Attempt::find_endpoints() {
  if (!options_.unix_path.empty()) {
    Endpoint endpoint;
    if (const auto error = unix_endpoint(options_.unix_path, endpoint)) {
      note_failure(options_.unix_path, error.message(), error);
      return fail();
    }
    return set_endpoints({endpoint});
  }
  if (auto known = known_endpoints(options_.host, options_.port)) {
    return set_endpoints(std::move(*known));
  }
  resolve_ = std::make_unique<Resolve>(
      connector_.context_, options_.host, options_.port,
      [this](std::error_code error, const std::string& reason, Endpoints endpoints) {
        resolve_.reset();
        if (!error) return set_endpoints(std::move(endpoints));
        note_failure(options_.host, reason, error);
        fail();
      });
}

void Connector::Attempt::set_endpoints(Endpoints endpoints) {
  if (!options_.bind_address.empty() && options_.unix_path.empty() && !keep_bindable(endpoints)) {
    return fail();
  }
  alternate_families(endpoints);
  endpoints_ = std::move(endpoints);
  next_socket();
}

bool Connector::Attempt::keep_bindable(Endpoints& endpoints) {
  local_ = local_endpoints(options_.bind_address);
  if (local_.empty()) {
    const std::error_code error = Error::bad_bind_address;
    note_failure("bind to " + options_.bind_address, error.message(), error);
    return false;
  }
  std::erase_if(endpoints, [this](const Endpoint& remote) {
    return std::none_of(local_.begin(), local_.end(),
                        [&](const Endpoint& local) { return local.family() == remote.family(); });
  });
  if (!endpoints.empty()) return true;
  const std::error_code error = Error::no_address_of_family;
  note_failure(target(), error.message() + " " + options_.bind_address, error);
  return false;
}

// Starts the next address. Those that fail at once are passed over; one that connects at once wins.
void Connector::Attempt::next_socket() {
  while (next_ < endpoints_.size()) {
    const Endpoint& remote = endpoints_[next_++];
    const auto local = std::find_if(local_.begin(), local_.end(), [&](const Endpoint& endpoint) {
      return endpoint.family() == remote.family();
    });
    auto socket = std::make_unique<SocketConnect>(
        connector_.context_, remote, local == local_.end() ? nullptr : &*local,
        [this](SocketConnect& done, std::error_code error) { socket_done(done, error); });
    const std::error_code error = socket->start();
    if (error == std::errc::operation_in_progress) {
      sockets_.push_back(std::move(socket));
      if (next_ < endpoints_.size()) stagger_.expires_at(Timer::Clock::now() + stagger);
      return;
    }
    if (settle(*socket, error)) return;
  }
  if (sockets_.empty()) fail();
}

void Connector::Attempt::socket_done(SocketConnect& socket, std::error_code error) {
  if (settle(socket, error)) return;
  std::erase_if(sockets_, [&](const auto& other) { return other.get() == &socket; });
  stagger_.cancel();
  next_socket();
}

// True when the attempt has ended with this socket, false when its failure was noted.
bool Connector::Attempt::settle(SocketConnect& socket, std::error_code error) {
  if (!error) {
    if (auto stream = socket.take_stream(error)) {
      finish({}, std::move(stream));
      return true;
    }
  }
  note_failure(socket.remote().text(), socket.failed_step() + error.message(), error);
  return false;
}

void Connector::Attempt::note_failure(const std::string& what, const std::string& why,
                                      std::error_code error) {
  if (!detail_.empty()) detail_ += "; ";
  detail_.append(what).append(": ").append(why);
  if (!error_ || (says_little(error_) && !says_little(error))) error_ = error;
}

void Connector::Attempt::timed_out() {
  const std::string time = " within " + duration_text(options_.timeout);
  const std::error_code error = Error::connect_timeout;
  if (resolve_) note_failure(options_.host, "the name was not resolved" + time, error);
  for (const auto& socket : sockets_) {
    note_failure(socket->remote().text(), "no answer" + time, error);
  }
  finish(error, nullptr);
}

void Connector::Attempt::fail() {
  finish(error_, nullptr);
}

// The last thing that any call does: the callback may destroy the connector.
void Connector::Attempt::finish(std::error_code error, std::unique_ptr<Stream> stream) {
  const auto self = std::move(connector_.attempt_);
  stop();
  connector_.detail_ = error ? std::move(detail_) : std::string();
  const Callback callback = std::move(callback_);
  callback(error, std::move(stream));
}

std::string Connector::Attempt::target() const {
  return join_host_port(options_.host, options_.port);
}

}  // namespace mqrig::net
