#include <mqrig/net/connect_attempt.hpp>

namespace mqrig::net {

Connector::Connector(asio::io_context& context) : context_(context) {}

Connector::~Connector() {
  cancel();
}

void Connector::start(ConnectOptions options, Callback callback) {
  cancel();
  detail_.clear();
  srv_targets_.clear();
  attempt_ = std::make_shared<Attempt>(*this, std::move(options), std::move(callback));
  attempt_->post_begin();
}

void Connector::cancel() {
  if (!attempt_) return;
  attempt_->stop();
  attempt_.reset();
}

const std::string& Connector::detail() const {
  return detail_;
}

const std::vector<SrvTarget>& Connector::srv_targets() const {
  return srv_targets_;
}

}  // namespace mqrig::net
