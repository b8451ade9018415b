#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <mqrig/net/connect_attempt.hpp>
#include <mqrig/net/domain.hpp>
#include <mqrig/net/host_override.hpp>
#include <mqrig/net/host_port.hpp>
#include <mqrig/net/socket_connect.hpp>
#include <mqrig/net/transport_setup.hpp>

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

// Whose certificate a host must have that an SRV record of the domain names.
std::string certified_name(const std::string& domain, const std::string& host) {
  return in_domain(host, domain) ? host : domain;
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
  srv_.reset();
  resolve_.reset();
  sockets_.clear();
  setup_.reset();
  deadline_.cancel();
  stagger_.cancel();
}

void Connector::Attempt::begin() {
  if (options_.timeout > 0ms) deadline_.expires_at(Timer::Clock::now() + options_.timeout);
  if (options_.srv && options_.unix_path.empty()) return find_hosts();
  find_endpoints();
}

void Connector::Attempt::find_hosts() {
  const Transport& transport = options_.transport;
  domain_ = options_.host;
  hosts_ = std::move(options_.srv_targets);
  if (!hosts_.empty()) return next_host();
  resolved_ = srv_name(domain_, transport.tls != nullptr, transport.web_socket.has_value());
  srv_ = std::make_unique<SrvLookup>(
      connector_.context_, resolved_,
      [this](std::error_code error, const std::string& reason, std::vector<SrvTarget> targets) {
        srv_.reset();
        hosts_ = std::move(targets);
        if (!error) return next_host();
        note_failure(resolved_, reason, error);
        fail();
      },
      options_.name_server);
}

void Connector::Attempt::next_host() {
  if (options_.timeout > 0ms) deadline_.expires_at(Timer::Clock::now() + options_.timeout);
  resolve_.reset();
  sockets_.clear();
  setup_.reset();
  stagger_.cancel();
  targets_.clear();
  target_ = 0;
  next_ = 0;
  error_.clear();
  // What the first host was told of a name is none that was asked for.
  std::string& name = options_.transport.tls_name;
  const bool chosen = next_host_ == 0
                          ? !name.empty()
                          : name != certified_name(domain_, hosts_[next_host_ - 1].host);
  const SrvTarget& host = hosts_[next_host_++];
  options_.host = host.host;
  options_.port = host.port;
  if (!chosen) name = certified_name(domain_, host.host);
  find_endpoints();
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
  if (with_proxy()) return find_targets();
  look_up(options_.host, options_.port, &Attempt::set_endpoints);
}

// What the proxy is asked for: an address where one is known or is ours to find, else the name.
void Connector::Attempt::find_targets() {
  const Proxy& proxy = *options_.transport.proxy;
  if (proxy.kind == Proxy::Kind::https && !proxy.tls) return reject("TLS for it is not set up");
  const bool ours = proxy.kind == Proxy::Kind::socks5 ||
                    find_override(options_.transport.overrides, options_.host, options_.port);
  if (ours) return look_up(options_.host, options_.port, &Attempt::set_targets);
  targets_ = {options_.host};
  find_proxy();
}

void Connector::Attempt::set_targets(Endpoints endpoints) {
  alternate_families(endpoints);
  for (const Endpoint& endpoint : endpoints) targets_.push_back(endpoint.host_text());
  find_proxy();
}

void Connector::Attempt::find_proxy() {
  const Proxy& proxy = *options_.transport.proxy;
  look_up(proxy.host, proxy.port, &Attempt::set_endpoints);
}

std::optional<Endpoints> Connector::Attempt::find_without_asking(const std::string& host,
                                                                 std::uint16_t port) const {
  const HostOverride* entry = find_override(options_.transport.overrides, host, port);
  if (entry == nullptr) return known_endpoints(host, port);
  Endpoints endpoints;
  for (const std::string& address : entry->addresses) {
    if (const auto numeric = numeric_endpoint(address, port)) endpoints.push_back(*numeric);
  }
  return endpoints;
}

void Connector::Attempt::look_up(const std::string& host, std::uint16_t port, Found found) {
  if (auto known = find_without_asking(host, port)) return (this->*found)(std::move(*known));
  const bool is_proxy = with_proxy() && !targets_.empty();
  resolved_ = is_proxy ? dialled() : host;
  resolve_ = std::make_unique<Resolve>(
      connector_.context_, host, port,
      [this, found](std::error_code error, const std::string& reason, Endpoints endpoints) {
        resolve_.reset();
        if (!error) return (this->*found)(std::move(endpoints));
        note_failure(resolved_, reason, error);
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
  note_failure(dialled(), error.message() + " " + options_.bind_address, error);
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

// True when this socket is the one, false when its failure was noted.
bool Connector::Attempt::settle(SocketConnect& socket, std::error_code error) {
  if (!error) {
    if (auto stream = socket.take_stream(error)) {
      set_up(std::move(stream));
      return true;
    }
  }
  note_failure(name_of(socket.remote()), socket.failed_step() + error.message(), error);
  return false;
}

void Connector::Attempt::set_up(std::unique_ptr<Stream> stream) {
  sockets_.clear();
  stagger_.cancel();
  setup_ = std::make_unique<TransportSetup>(options_, std::move(stream),
                                            with_proxy() ? targets_[target_] : options_.host,
                                            [this](std::error_code error) { setup_done(error); });
  const std::error_code error = setup_->start();
  if (error != std::errc::operation_in_progress) setup_done(error);
}

void Connector::Attempt::setup_done(std::error_code error) {
  if (!error) return finish({}, setup_->take_stream());
  note_failure(setup_->peer(), setup_->failure(), error);
  const bool refused = error == Error::proxy_refused && target_ + 1 < targets_.size();
  if (!refused) {
    error_ = error;
    return fail();
  }
  // The proxy cannot reach that address of the name; it ends the connection, so another is made.
  setup_.reset();
  ++target_;
  next_ = 0;
  next_socket();
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
  if (srv_) note_failure(resolved_, "the SRV records were not found" + time, error);
  if (resolve_) note_failure(resolved_, "the name was not resolved" + time, error);
  for (const auto& socket : sockets_) {
    note_failure(name_of(socket->remote()), "no answer" + time, error);
  }
  if (setup_) note_failure(setup_->peer(), setup_->missing() + time, error);
  error_ = error;
  fail();
}

void Connector::Attempt::reject(const std::string& why) {
  note_failure("proxy " + options_.transport.proxy->text(), why,
               std::make_error_code(std::errc::invalid_argument));
  fail();
}

// This host could not be had.
void Connector::Attempt::fail() {
  if (next_host_ < hosts_.size()) return next_host();
  finish(error_, nullptr);
}

// The last thing that any call does: the callback may destroy the connector.
void Connector::Attempt::finish(std::error_code error, std::unique_ptr<Stream> stream) {
  const auto self = std::move(connector_.attempt_);
  stop();
  connector_.detail_ = error ? std::move(detail_) : std::string();
  if (!error && next_host_ != 0) {
    hosts_.erase(hosts_.begin(), hosts_.begin() + static_cast<std::ptrdiff_t>(next_host_ - 1));
    connector_.srv_targets_ = std::move(hosts_);
  }
  const Callback callback = std::move(callback_);
  callback(error, std::move(stream));
}

bool Connector::Attempt::with_proxy() const {
  return options_.transport.proxy && options_.unix_path.empty();
}

std::string Connector::Attempt::name_of(const Endpoint& remote) const {
  if (!with_proxy()) return remote.text();
  const std::string address = remote.host_text();
  return dialled() + (address == options_.transport.proxy->host ? "" : " (" + address + ")");
}

std::string Connector::Attempt::dialled() const {
  if (!with_proxy()) return join_host_port(options_.host, options_.port);
  return "proxy " + options_.transport.proxy->text();
}

}  // namespace mqrig::net
