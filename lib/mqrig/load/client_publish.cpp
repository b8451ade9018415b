// What a client sends, and what becomes of it.
#include <algorithm>

#include <mqrig/load/client.hpp>
#include <mqrig/load/shard.hpp>

namespace mqrig::load {
namespace {

// Written at once, and the most that one client writes before others get their turn.
constexpr std::size_t block_size = 64 * 1024;
constexpr std::size_t turn_size = 8 * block_size;
constexpr std::size_t most_responses = 10'000;  // that wait in one client
// What can't be sent, because the broker would not take it, is not tried in an endless loop.
constexpr session::Duration pause_after_failure = std::chrono::milliseconds(100);

// A token says when the message was to be sent; its lowest bit, that it is of QoS 2.
std::uint64_t token_of(session::Time intended, wire::QoS qos) noexcept {
  const auto time = static_cast<std::uint64_t>(intended.time_since_epoch().count());
  return (time & ~std::uint64_t{1}) | (qos == wire::QoS::exactly_once ? 1U : 0U);
}

session::Time intended_of(std::uint64_t token) noexcept {
  return session::Time(session::Duration(static_cast<std::int64_t>(token & ~std::uint64_t{1})));
}

// What the properties of a request are: those of every message, and what its response is to bring
// back.
wire::Properties request_properties(wire::PropertyWriter& writer, const Publisher& publisher,
                                    const PublishPlan& plan,
                                    const PayloadSource::Payload& payload) {
  writer.clear();
  for (const wire::Property& property : plan.properties.view()) writer.add(property);
  writer.add(wire::PropertyId::response_topic, publisher.response_topic);
  if (payload.stamped) {
    writer.add(wire::PropertyId::correlation_data,
               wire::as_text(wire::ByteView(payload.bytes).first(Stamp::size)));
  }
  return writer.view();
}

}  // namespace

// Not for the window: that depends on the message.
bool Client::may_publish() const {
  const Publisher& publisher = *publisher_;
  if (!publisher.responses.empty()) return true;
  if (!publisher.wants_to_publish()) return false;
  if (publisher.open_loop != nullptr) return true;
  return shard_.gate_open() && shard_.now() >= publisher.think_until;
}

bool Client::pump() {
  const bool awaited_nothing = session_.pending() == 0;
  const bool more = pump_some();
  // From here on an acknowledgement may be overdue.
  if (stream_ && awaited_nothing && session_.pending() != 0) schedule_look();
  return more;
}

bool Client::pump_some() {
  std::size_t written = 0;
  while (stream_ && ready()) {
    if (waiting_to_write_) return false;
    if (session_.resending()) session_.resend(out_, block_size);
    if (out_.size() < block_size) {
      if (may_publish() && publish_next()) continue;
      break;
    }
    written += out_.size();
    flush();
    if (written >= turn_size && !waiting_to_write_) return true;
    shard_.read_clock();
  }
  flush();
  return false;
}

// False when nothing can be sent until something else has happened.
bool Client::publish_next() {
  Publisher& publisher = *publisher_;
  if (!publisher.responses.empty()) return send_response();
  const PublishPlan& plan = *group_->publish;
  const PublishSettings& settings = *group_->settings->publish;
  const wire::QoS qos = plan.qos[publisher.next % plan.qos.size()];
  if (!session_.ready(qos)) return false;
  if (settings.request && publisher.open_loop == nullptr &&
      publisher.outstanding >= std::max<std::uint32_t>(settings.inflight, 1)) {
    return false;
  }
  const session::Time intended =
      publisher.open_loop == nullptr
          ? shard_.now()
          : publisher.open_loop->due(number_, publisher.next - publisher.first);
  if (!send(plan, settings, qos, intended)) {
    sending_failed();
    return false;
  }
  if (settings.think.count() != 0 && publisher.open_loop == nullptr) {
    // After an acknowledgement it is set once more.
    publisher.think_until =
        qos == wire::QoS::at_most_once ? shard_.now() + settings.think : session::never;
    if (qos == wire::QoS::at_most_once) shard_.wake(*this, publisher.think_until);
  }
  return true;
}

bool Client::send(const PublishPlan& plan, const PublishSettings& settings, wire::QoS qos,
                  session::Time intended) {
  Publisher& publisher = *publisher_;
  const std::uint64_t number = publisher.next++;
  if (publisher.open_loop != nullptr) --shard_.gauges().backlog;
  if (!publisher.wants_to_publish()) shard_.client_changed();
  wire::Publish publish;
  publish.qos = qos;
  publish.retain = settings.retain;
  TextValues values = shard_.values(*group_, number_);
  values.number = number;
  publish.topic = publisher.topic;
  if (publisher.topic.empty()) {
    std::string& text = shard_.text();
    text.clear();
    plan.topic.append(text, values);
    publish.topic = text;
  }
  const PayloadSource::Payload payload = shard_.payloads(*group_).make(values);
  publish.payload = payload.bytes;
  Stamp stamp;
  stamp.time = shard_.wall(intended);
  const std::uint32_t topic =
      plan.topics == 1 ? 0 : static_cast<std::uint32_t>(number % plan.topics);
  stamp.stream = plan.first_stream + number_ * plan.topics + topic;
  stamp.number = plan.topics == 1 ? number : number / plan.topics;
  if (payload.stamped) shard_.plan().codec.write(payload.bytes.data(), stamp, payload.body_digest);
  publish.properties = settings.request
                           ? request_properties(shard_.properties(), publisher, plan, payload)
                           : plan.properties.view();
  const std::error_code error =
      session_.publish(publish, token_of(intended, qos), shard_.now(), out_);
  Counters& counters = shard_.counters();
  if (error) {
    ++counters.unsent;
    shard_.fail(ErrorKind::not_sent, error);
    return false;
  }
  const auto at = static_cast<std::size_t>(qos);
  ++counters.sent[at];
  counters.payload_sent += payload.bytes.size();
  if (settings.request) {
    ++counters.requests;
    if (publisher.outstanding++ == 0) publisher.last_response = shard_.now();
  }
  if (qos == wire::QoS::at_most_once) {
    expect(qos, 1);
  } else {
    ++shard_.gauges().in_flight;
  }
  return true;
}

void Client::sending_failed() {
  Publisher& publisher = *publisher_;
  if (publisher.open_loop != nullptr || publisher.quota != Publisher::unlimited) {
    return shard_.want_pump(*this);
  }
  publisher.think_until = shard_.now() + pause_after_failure;
  shard_.wake(*this, publisher.think_until);
}

void Client::stop_publishing() {
  Publisher& publisher = *publisher_;
  if (publisher.open_loop != nullptr) {
    const std::uint64_t backlog = publisher.allowed - publisher.next;
    shard_.counters().unsent += backlog;
    shard_.gauges().backlog -= backlog;
  }
  publisher.allowed = publisher.next;
}

// One message more is to arrive wherever its topic is subscribed to.
void Client::expect(wire::QoS qos, std::uint64_t count) {
  const PublishPlan& plan = *group_->publish;
  if (!plan.fan_out_known) return;
  const FanOut& fan_out = plan.fan_out_of(number_);
  for (std::size_t granted = 0; granted < fan_out.size(); ++granted) {
    const std::size_t effective = std::min(granted, static_cast<std::size_t>(qos));
    shard_.counters().expected[effective] += count * fan_out[granted];
  }
}

void Client::published(const session::Event& event) {
  --shard_.gauges().in_flight;
  const session::Time intended = intended_of(event.token);
  const auto qos = (event.token & 1U) != 0 ? wire::QoS::exactly_once : wire::QoS::at_least_once;
  Publisher& publisher = *publisher_;
  if (!publisher.wants_to_publish()) shard_.client_changed();
  if (intended == session::Time()) return;  // a response
  if (wire::is_error(event.reason)) {
    ++shard_.counters().publish_refused;
    shard_.fail(ErrorKind::publish, event.reason);
    if (group_->settings->publish->request && publisher.outstanding > 0) --publisher.outstanding;
  } else {
    ++shard_.counters().acknowledged[static_cast<std::size_t>(qos)];
    shard_.record(Metric::publish, shard_.now() - intended);
    expect(qos, 1);
  }
  const Nanoseconds think = group_->settings->publish->think;
  if (think.count() != 0 && publisher.open_loop == nullptr) {
    publisher.think_until = shard_.now() + think;
    shard_.wake(*this, publisher.think_until);
  }
}

// By a responder: the payload goes back as it came.
void Client::respond(const wire::Publish& request) {
  Response response;
  response.qos = request.qos;
  response.topic = response_topic_of(request);
  if (response.topic.empty()) return;
  if (const auto data = request.properties.find(wire::PropertyId::correlation_data)) {
    response.properties.add(*data);
  }
  Publisher& publisher = *publisher_;
  if (publisher.responses.size() >= most_responses) {
    ++shard_.counters().unsent;
    return;
  }
  response.payload.assign(wire::as_text(request.payload));
  publisher.responses.push_back(std::move(response));
}

// Where the requester awaits the response; below 5.0 its stamp says who that is.
std::string Client::response_topic_of(const wire::Publish& request) {
  if (const auto topic = request.properties.text(wire::PropertyId::response_topic)) {
    return std::string(*topic);
  }
  Stamp stamp;
  const auto verdict =
      shard_.plan().codec.read(request.payload, shard_.wall(shard_.now()), false, stamp);
  const GroupPlan* group = shard_.plan().publisher_of(stamp.stream);
  if (verdict != StampCodec::Verdict::ours || group == nullptr || !group->publish->response_topic) {
    return {};
  }
  std::string topic;
  const std::uint32_t client =
      (stamp.stream - group->publish->first_stream) / group->publish->topics;
  group->publish->response_topic->append(topic, shard_.values(*group, client));
  return topic;
}

bool Client::send_response() {
  Response& response = publisher_->responses.front();
  if (!session_.ready(response.qos)) return false;
  wire::Publish publish;
  publish.topic = response.topic;
  publish.payload = wire::as_bytes(response.payload);
  publish.qos = response.qos;
  publish.properties = response.properties.view();
  if (const auto error = session_.publish(publish, 0, shard_.now(), out_)) {
    ++shard_.counters().unsent;
    shard_.fail(ErrorKind::not_sent, error);
  } else {
    ++shard_.counters().responded;
    if (response.qos != wire::QoS::at_most_once) ++shard_.gauges().in_flight;
  }
  publisher_->responses.pop_front();
  return true;
}

void Client::give_up_requests() {
  shard_.counters().request_timeouts += publisher_->outstanding;
  for (; publisher_->outstanding > 0; --publisher_->outstanding) {
    shard_.fail(ErrorKind::request, std::make_error_code(std::errc::timed_out));
  }
}

}  // namespace mqrig::load
