// How the clients of a shard get their connections.
#include <algorithm>

#include <mqrig/load/shard.hpp>

namespace mqrig::load {

void Shard::want_connection(Client& client) {
  to_connect_.push_back(&client);
  turn_.request();
}

// A broker that is given more at once answers none of them sooner.
void Shard::connect_next() {
  if (hopeless()) return give_up_connecting();
  if (source_ && !credentials_) return;  // turn_ comes with them
  while (under_way_ < plan_->scenario.connects_at_once && !to_connect_.empty()) {
    Client& client = *to_connect_.front();
    to_connect_.pop_front();
    if (client.state() == Client::State::queued) dial(client);
  }
}

void Shard::dial(Client& client) {
  if (free_dials_.empty()) {
    free_dials_.push_back(dials_.emplace_back(std::make_unique<Dial>(context_)).get());
  }
  Dial& dial = *free_dials_.back();
  free_dials_.pop_back();
  client.connecting();
  dial.connector.start(
      connect_options(client),
      [this, &dial, &client](std::error_code error, std::unique_ptr<net::Stream> stream) {
        free_dials_.push_back(&dial);
        read_clock();
        client.connected(error, dial.connector.detail(), std::move(stream));
      });
}

net::ConnectOptions Shard::connect_options(const Client& client) const {
  const std::uint32_t number = client.group().first_client + client.number();
  const auto& brokers = plan_->connection.brokers;
  const client::Broker& broker = brokers[number % brokers.size()];
  net::ConnectOptions options(broker.host, broker.port);
  options.unix_path = broker.unix_path;
  options.transport = plan_->connection.transport;
  if (credentials_ && options.transport.web_socket) {
    auto& headers = options.transport.web_socket->headers;
    headers.insert(headers.end(), credentials_->web_socket_headers.begin(),
                   credentials_->web_socket_headers.end());
  }
  const auto& sources = plan_->settings.source_addresses;
  if (!sources.empty()) options.bind_address = sources[number % sources.size()];
  options.timeout =
      std::chrono::duration_cast<std::chrono::milliseconds>(plan_->scenario.connect_timeout);
  return options;
}

void Shard::ask_credentials() {
  source_->get(
      [this](std::optional<client::Credentials> credentials, const client::Failure& failure) {
        credentials_came(std::move(credentials), failure);
      });
}

// Those who connect from now on have them; connections that stand get them one after another.
void Shard::credentials_came(std::optional<client::Credentials> credentials,
                             const client::Failure& failure) {
  read_clock();
  if (!credentials) {
    fail(ErrorKind::token, failure.text);
    if (failure.permanent && !credentials_) return give_up_connecting();
    return renewal_.expires_at(now_ + std::chrono::seconds(1));
  }
  const bool others = credentials_ && !credentials->same_login(*credentials_);
  credentials_ = std::move(credentials);
  if (credentials_->renew_at) renewal_.expires_at(*credentials_->renew_at);
  turn_.request();
  if (!others) return;
  for (Client& client : clients_) client.credentials_changed();
  renewed_ = 0;
  renew_some();
}

// All of them within about a second, and not at once.
void Shard::renew_some() {
  read_clock();
  const std::size_t count = std::max<std::size_t>(16, clients_.size() / 100);
  const std::size_t end = std::min(clients_.size(), renewed_ + count);
  while (renewed_ < end) clients_[renewed_++].renew_login();
  if (renewed_ < clients_.size()) renewing_.expires_at(now_ + std::chrono::milliseconds(10));
}

// Nobody has ever connected, and as many as may be under way at once have failed: the others would
// only fail as well.
bool Shard::hopeless() const {
  const std::uint64_t wave =
      std::min<std::uint64_t>(plan_->scenario.connects_at_once, clients_.size());
  return stage_ == Stage::connecting && !ever_connected_ && failed_ >= wave;
}

void Shard::give_up_connecting() {
  to_connect_.clear();
  for (Client& client : clients_) {
    if (client.state() != Client::State::gone) client.give_up();
  }
}

}  // namespace mqrig::load
