// Only until the room has them: to be removed with the merge that brings them.
#include <mqrig/bridge/bridge.hpp>
#include <mqrig/bridge/explain.hpp>
#include <mqrig/bridge/forwarder.hpp>
#include <stdexcept>

namespace mqrig::bridge {

[[gnu::weak]] std::vector<RuleProblem> check_rules(const LinkSettings&) {
  return {};
}

[[gnu::weak]] std::vector<Explanation> explain(const LinkSettings&, std::string_view) {
  return {};
}

class Bridge::Impl {};
[[gnu::weak]] Bridge::Bridge(asio::io_context&, store::Spool*, Observer&) {
  throw std::runtime_error("this build has no bridge");
}
[[gnu::weak]] Bridge::~Bridge() = default;
[[gnu::weak]] void Bridge::apply(Settings) {}
[[gnu::weak]] void Bridge::stop(std::chrono::milliseconds) {}
[[gnu::weak]] std::vector<LinkStatus> Bridge::status() const {
  return {};
}

}  // namespace mqrig::bridge
