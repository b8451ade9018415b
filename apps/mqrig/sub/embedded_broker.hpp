#pragma once

#include <functional>
#include <memory>
#include <mqrig/broker/broker.hpp>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/net/listen_address.hpp>
#include <mqrig/net/stream.hpp>
#include <vector>

namespace mqrig::sub {

/// A broker with default settings on the event loop of its subscriber.
class EmbeddedBroker final : private broker::Observer {
 public:
  /// Both outlive the broker.
  EmbeddedBroker(asio::io_context& context, const cli::Diagnostic& diagnostic);

  /// Says where it listens, or why it can't: then the answer is false.
  bool listen(const std::vector<net::ListenAddress>& addresses);

  /// A connection to it.
  std::unique_ptr<net::Stream> dial();

  /// See broker::Broker::stop().
  void stop(std::function<void()> stopped) {
    broker_.stop([stopped = std::move(stopped)](bool) { stopped(); });
  }

 private:
  void on_warning(std::string_view text) override;
  void on_activity(std::string_view) override {}
  void on_packet(std::string_view, broker::Direction, wire::Version, wire::ByteView) override {}

  asio::io_context& context_;
  const cli::Diagnostic& diagnostic_;
  broker::Broker broker_;
};

}  // namespace mqrig::sub
