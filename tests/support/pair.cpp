#include <tests/support/pair.hpp>

namespace mqrig::test {

namespace {

wire::Publish to_publish(const std::string& payload, wire::QoS qos) {
  wire::Publish publish;
  publish.topic = "t";
  publish.payload = wire::as_bytes(payload);
  publish.qos = qos;
  return publish;
}

// "c1-17": who, QoS, number.
std::string payload_of(char who, wire::QoS qos, std::size_t number) {
  return who + std::to_string(static_cast<int>(qos)) + "-" + std::to_string(number);
}

session::ServerSettings server_settings(const Pair::Options& options) {
  session::ServerSettings settings;
  settings.receive_maximum = options.server_receive_maximum;
  settings.topic_alias_maximum = 3;
  return settings;
}

}  // namespace

Pair::Pair(const Options& options)
    : server(server_settings(options), options.server), options_(options) {
  connect_properties_.add(wire::PropertyId::receive_maximum, options.client_receive_maximum);
  connect_properties_.add(wire::PropertyId::topic_alias_maximum, 3);
  client_.emplace(options_.client);
}

void Pair::client_publishes(wire::QoS qos, int count) {
  for (; count > 0; --count) {
    from_client_.push_back({qos, payload_of('c', qos, from_client_.size())});
  }
}

void Pair::server_publishes(wire::QoS qos, int count) {
  for (; count > 0; --count) {
    from_server_.push_back({qos, payload_of('s', qos, from_server_.size())});
  }
}

void Pair::open() {
  wire::Connect connect;
  connect.version = options_.version;
  connect.clean_start = false;
  connect.client_id = "pair";
  connect.properties = connect_properties_.view();
  server.connection_opened();
  client_->open(connect, clock.now(), client_out_);
}

void Pair::lose() {
  client_->close();
  server.connection_lost();
  for (wire::Buffer* buffer : {&client_out_, &client_in_, &server_out_, &server_in_}) {
    buffer->clear();
  }
}

void Pair::restart_client() {
  wire::Buffer state;
  client_->dump(state);
  lose();
  client_.emplace(options_.client);
  if (client_->restore(state.view())) client_fault = "the state cannot be restored";
}

bool Pair::run(std::size_t bytes) {
  lose();
  link.restore(bytes);
  open();
  while (!link.broken() && client_fault.empty() && server.fault.empty() && turn()) {
  }
  return done();
}

// One turn of both ends; false when nothing happened.
bool Pair::turn() {
  hand_over();
  bool moved = link.carry(client_out_, server_in_, options_.chunk);
  server.read(server_in_, server_out_);
  hand_over();
  moved |= link.carry(server_out_, client_in_, options_.chunk);
  client_reads();
  return moved;
}

void Pair::client_reads() {
  session::Event event;
  wire::ByteView in = client_in_.view();
  while (client_->read(in, clock.now(), event, client_out_)) {
    switch (event.kind) {
      case session::EventKind::message:
        client_arrived.emplace_back(wire::as_text(event.publish.payload));
        client_->acknowledge(event.receipt, wire::ReasonCode::success, clock.now(), client_out_);
        break;
      case session::EventKind::published:
        client_completed.push_back(event.token);
        break;
      case session::EventKind::connected:
        break;
      default:
        client_fault = "unexpected: " + std::string(event.detail);
    }
  }
  client_in_.consume(client_in_.size() - in.size());
}

void Pair::hand_over() {
  constexpr std::size_t enough = 64;
  client_->resend(client_out_, enough);
  for (; client_next_ < from_client_.size(); ++client_next_) {
    const auto& [qos, payload] = from_client_[client_next_];
    if (!client_->ready(qos)) break;
    if (client_->publish(to_publish(payload, qos), client_next_, clock.now(), client_out_)) break;
  }
  server.resend(server_out_, enough);
  for (; server_next_ < from_server_.size(); ++server_next_) {
    const auto& [qos, payload] = from_server_[server_next_];
    if (!server.ready(qos)) break;
    if (!server.publish(to_publish(payload, qos), server_next_, server_out_)) break;
  }
}

bool Pair::done() const {
  return client_next_ == from_client_.size() && server_next_ == from_server_.size() &&
         client_->pending() == 0 && server.pending() == 0 && client_out_.empty() &&
         server_out_.empty() && client_in_.empty() && server_in_.empty();
}

std::vector<std::string> Pair::of(wire::QoS qos, const std::vector<std::string>& payloads) {
  std::vector<std::string> found;
  for (const std::string& payload : payloads) {
    if (payload[1] == static_cast<char>('0' + static_cast<int>(qos))) found.push_back(payload);
  }
  return found;
}

std::vector<std::string> Pair::published_by_client(wire::QoS qos) const {
  std::vector<std::string> payloads;
  for (const Outgoing& outgoing : from_client_) payloads.push_back(outgoing.payload);
  return of(qos, payloads);
}

std::vector<std::string> Pair::published_by_server(wire::QoS qos) const {
  std::vector<std::string> payloads;
  for (const Outgoing& outgoing : from_server_) payloads.push_back(outgoing.payload);
  return of(qos, payloads);
}

}  // namespace mqrig::test
