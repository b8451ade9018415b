#include <tests/support/session_client.hpp>

#include <array>

namespace mqrig::test {

using session::EventKind;

namespace {
constexpr std::size_t enough = 64 * 1024;
}

SessionClient::SessionClient(std::string client_id, wire::Version version)
    : client_id_(std::move(client_id)), version_(version), session_(settings_) {}

SessionClient::~SessionClient() {
  lose();
}

void SessionClient::open(std::unique_ptr<net::Stream> stream) {
  lose();
  stream_ = std::move(stream);
  stream_->set_handler(this);
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::session_expiry_interval, 3600U);
  wire::Connect connect;
  connect.version = version_;
  connect.clean_start = false;
  connect.client_id = client_id_;
  connect.properties = properties.view();
  session_.open(connect, clock_.now(), out_);
  write();
  stream_->wait_readable();
}

void SessionClient::lose() {
  session_.close();
  if (stream_) stream_->set_handler(nullptr);
  stream_.reset();
  in_.clear();
  out_.clear();
}

void SessionClient::publish(std::string_view topic, wire::QoS qos, std::string_view payload,
                            bool retain) {
  given_.push_back({std::string(topic), std::string(payload), qos, retain});
  hand_over();
  write();
}

void SessionClient::subscribe(std::string_view filter, wire::QoS qos) {
  const wire::Subscription entry{.filter = filter, .qos = qos};
  if (session_.subscribe({&entry, 1}, {}, 0, clock_.now(), out_)) fault = "can't subscribe";
  write();
}

void SessionClient::on_readable() {
  std::array<std::uint8_t, 4096> bytes;
  for (;;) {
    const net::IoResult result = stream_->read_some(bytes);
    if (result.error) return lose();
    if (result.count == 0) break;
    in_.append({bytes.data(), result.count});
  }
  session::Event event;
  wire::ByteView rest = in_.view();
  while (session_.read(rest, clock_.now(), event, out_)) handle(event);
  in_.consume(in_.size() - rest.size());
  session_.resend(out_, enough);
  hand_over();
  write();
  stream_->wait_readable();
}

void SessionClient::on_writable() {
  write();
}

void SessionClient::handle(const session::Event& event) {
  switch (event.kind) {
    case EventKind::connected:
      return sessions_present.push_back(event.session_present);
    case EventKind::message:
      return arrived.push_back(std::string(event.publish.topic) + " " +
                               std::string(wire::as_text(event.publish.payload)));
    case EventKind::published:
      if (wire::is_error(event.reason)) fault = "a message was refused";
      return completed.push_back(published_[event.token]);
    case EventKind::subscribed:
    case EventKind::disconnected:
      return;
    default:
      fault = "unexpected: " + std::string(event.detail);
  }
}

void SessionClient::hand_over() {
  while (!given_.empty() && session_.ready(given_.front().qos)) {
    const Outgoing& outgoing = given_.front();
    wire::Publish publish;
    publish.topic = outgoing.topic;
    publish.payload = wire::as_bytes(outgoing.payload);
    publish.qos = outgoing.qos;
    publish.retain = outgoing.retain;
    published_.push_back(outgoing.payload);
    if (session_.publish(publish, published_.size() - 1, clock_.now(), out_)) {
      fault = "can't publish";
    }
    given_.pop_front();
  }
}

void SessionClient::write() {
  while (stream_ && !out_.empty()) {
    const net::IoResult result = stream_->write_some(out_.view());
    if (result.error) return out_.clear();
    if (result.count == 0) return stream_->wait_writable();
    out_.consume(result.count);
  }
}

}  // namespace mqrig::test
