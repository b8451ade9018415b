#include "retained_remover.hpp"

#include <algorithm>

namespace mqrig::sub {

void RetainedRemover::remove(std::string_view topic) {
  waiting_.emplace_back(topic);
  send();
}

void RetainedRemover::send() {
  while (!waiting_.empty()) {
    wire::Publish empty;
    empty.topic = waiting_.front();
    empty.qos = std::min(wire::QoS::at_least_once, client_.broker_limits().maximum_qos);
    empty.retain = true;
    if (client_.publish(empty, last_token_ + 1)) return;  // on_ready() will come
    ++last_token_;
    echoes_.insert(waiting_.front());
    if (empty.qos != wire::QoS::at_most_once) {
      sent_.emplace(last_token_, std::move(waiting_.front()));
    }
    waiting_.pop_front();
  }
}

bool RetainedRemover::is_echo(const wire::Publish& message) {
  if (!message.payload.empty()) return false;
  const auto found = echoes_.find(message.topic);
  if (found == echoes_.end()) return false;
  echoes_.erase(found);
  return true;
}

std::string RetainedRemover::finished(std::uint64_t token) {
  const auto node = sent_.extract(token);
  return node.empty() ? std::string() : std::move(node.mapped());
}

}  // namespace mqrig::sub
