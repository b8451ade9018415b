#include "embedded_broker.hpp"

#include <mqrig/net/memory_stream.hpp>
#include <string>

namespace mqrig::sub {

EmbeddedBroker::EmbeddedBroker(asio::io_context& context, const cli::Diagnostic& diagnostic)
    : context_(context),
      diagnostic_(diagnostic),
      broker_(context, broker::Settings(), static_cast<broker::Observer&>(*this)) {}

bool EmbeddedBroker::listen(const std::vector<net::ListenAddress>& addresses) {
  for (const net::ListenAddress& address : addresses) {
    std::string detail;
    if (broker_.listen(address, detail)) {
      diagnostic_.error("could not listen on " + detail);
      return false;
    }
  }
  for (const std::string& url : broker_.urls()) diagnostic_.notice("listening on " + url);
  return true;
}

std::unique_ptr<net::Stream> EmbeddedBroker::dial() {
  auto [ours, theirs] = net::memory_stream_pair(context_);
  broker_.attach(std::move(theirs));
  return std::move(ours);
}

void EmbeddedBroker::on_warning(std::string_view text) {
  diagnostic_.warning("embedded broker: " + std::string(text));
}

}  // namespace mqrig::sub
