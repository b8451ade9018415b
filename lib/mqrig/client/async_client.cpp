#include <mqrig/client/async_client.hpp>

#include <algorithm>

namespace mqrig::client {

using wire::ReasonCode;

namespace {

Options with_manual_acknowledgement(Options options) {
  options.exchange.ack_mode = session::AckMode::manual;
  return options;
}

std::error_code error_of_reason(ReasonCode reason) {
  return wire::is_error(reason) ? make_error_code(Error::not_taken) : std::error_code();
}

}  // namespace

AsyncClient::AsyncClient(asio::io_context& context, Options options, std::size_t receive_limit)
    : context_(context),
      client_(context, with_manual_acknowledgement(std::move(options)), *this),
      receive_limit_(std::max<std::size_t>(receive_limit, 1)) {}

AsyncClient::~AsyncClient() = default;

void AsyncClient::connect(std::unique_ptr<Done> completion) {
  if (client_.connected()) return completion->complete({});
  connecting_.push_back(std::move(completion));
  started_ = true;
  ended_ = {};
  client_.start();
}

void AsyncClient::publish(Message message, std::unique_ptr<Answer> completion) {
  if (!started_) return completion->complete(session::Error::not_connected, ReasonCode::success);
  // Messages that wait keep their place.
  if (!publishing_.empty() || !send(message, completion)) {
    publishing_.push_back({std::move(message), std::move(completion)});
  }
}

// False when the message cannot be sent now. Otherwise the completion is called, or kept for the
// acknowledgement.
bool AsyncClient::send(const Message& message, std::unique_ptr<Answer>& completion) {
  const std::uint64_t token = next_token_;
  const wire::Publish publish{.topic = message.topic,
                              .payload = wire::as_bytes(message.payload),
                              .qos = message.qos,
                              .retain = message.retain,
                              .properties = message.properties.view()};
  const std::error_code error = client_.publish(publish, token);
  if (error == session::Error::would_block || error == session::Error::not_connected) return false;
  if (error || message.qos == wire::QoS::at_most_once) {
    completion->complete(error, ReasonCode::success);
    return true;
  }
  ++next_token_;
  answers_.emplace(token, std::move(completion));
  return true;
}

void AsyncClient::subscribe(std::string_view filter, wire::QoS qos,
                            std::unique_ptr<Answer> completion) {
  if (ended_) return completion->complete(ended_, ReasonCode::success);
  const std::uint64_t token = next_token_++;
  wire::Subscription subscription;
  subscription.filter = filter;
  subscription.qos = qos;
  if (const std::error_code error = client_.subscribe({&subscription, 1}, {}, token)) {
    return completion->complete(error, ReasonCode::success);
  }
  answers_.emplace(token, std::move(completion));
}

void AsyncClient::unsubscribe(std::string_view filter, std::unique_ptr<Answer> completion) {
  if (ended_) return completion->complete(ended_, ReasonCode::success);
  const std::uint64_t token = next_token_++;
  if (const std::error_code error = client_.unsubscribe({&filter, 1}, {}, token)) {
    return completion->complete(error, ReasonCode::success);
  }
  answers_.emplace(token, std::move(completion));
}

std::uint64_t AsyncClient::receive(std::unique_ptr<Receive> completion) {
  if (received_.empty() && ended_) {
    completion->complete(ended_, Message());
    return 0;
  }
  if (received_.empty()) {
    receiving_.push_back({next_token_, std::move(completion)});
    return next_token_++;
  }
  Received next = std::move(received_.front());
  received_.pop_front();
  if (next.receipt != 0) client_.acknowledge_through(next.receipt);
  if (received_.size() < receive_limit_) client_.resume_reading();
  completion->complete({}, std::move(next.message));
  return 0;
}

void AsyncClient::cancel_receive(std::uint64_t id) {
  const auto found = std::find_if(receiving_.begin(), receiving_.end(),
                                  [id](const WaitingReceive& waiting) { return waiting.id == id; });
  if (found == receiving_.end()) return;
  found->completion->complete(Error::aborted, Message());
  receiving_.erase(found);
}

void AsyncClient::disconnect(std::unique_ptr<Done> completion) {
  disconnecting_.push_back(std::move(completion));
  client_.disconnect();
}

void AsyncClient::on_connected(bool /*session_present*/, wire::Properties /*connack*/) {
  for (auto& completion : connecting_) completion->complete({});
  connecting_.clear();
}

void AsyncClient::on_message(const wire::Publish& publish, std::uint64_t receipt) {
  Message message;
  message.topic = publish.topic;
  message.payload = wire::as_text(publish.payload);
  message.qos = publish.qos;
  message.retain = publish.retain;
  for (const wire::Property& property : publish.properties) message.properties.add(property);
  if (!receiving_.empty()) {
    if (receipt != 0) client_.acknowledge_through(receipt);
    receiving_.front().completion->complete({}, std::move(message));
    receiving_.pop_front();
    return;
  }
  received_.push_back({std::move(message), receipt});
  if (received_.size() >= receive_limit_) client_.pause_reading();
}

void AsyncClient::on_published(std::uint64_t token, ReasonCode reason,
                               wire::Properties /*properties*/) {
  answered(token, reason);
}

void AsyncClient::on_subscribed(std::uint64_t token, wire::ByteView reasons,
                                wire::Properties /*properties*/) {
  answered(token, reasons.empty() ? ReasonCode::success : ReasonCode{reasons[0]});
}

void AsyncClient::on_unsubscribed(std::uint64_t token, wire::ByteView reasons,
                                  wire::Properties /*properties*/) {
  answered(token, reasons.empty() ? ReasonCode::success : ReasonCode{reasons[0]});
}

void AsyncClient::answered(std::uint64_t token, ReasonCode reason) {
  const auto found = answers_.find(token);
  if (found == answers_.end()) return;
  found->second->complete(error_of_reason(reason), reason);
  answers_.erase(found);
}

void AsyncClient::on_ready() {
  while (!publishing_.empty() &&
         send(publishing_.front().message, publishing_.front().completion)) {
    publishing_.pop_front();
  }
}

void AsyncClient::on_failed(const Failure& failure) {
  failure_ = failure;
  fail_all(error_of(failure));
}

void AsyncClient::on_disconnected() {
  fail_all(Error::aborted);
  for (auto& completion : disconnecting_) completion->complete({});
  disconnecting_.clear();
}

void AsyncClient::fail_all(std::error_code error) {
  started_ = false;
  ended_ = error;
  for (auto& completion : connecting_) completion->complete(error);
  connecting_.clear();
  for (auto& [token, completion] : answers_) completion->complete(error, ReasonCode::success);
  answers_.clear();
  for (auto& waiting : publishing_) waiting.completion->complete(error, ReasonCode::success);
  publishing_.clear();
  for (auto& waiting : receiving_) waiting.completion->complete(error, Message());
  receiving_.clear();
}

}  // namespace mqrig::client
