#include "embedded_broker.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <asio/io_context.hpp>
#include <mqrig/broker/broker.hpp>
#include <mqrig/net/descriptor_stream.hpp>
#include <mqrig/net/listen_address.hpp>
#include <mqrig/net/url.hpp>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "../freed_memory.hpp"

namespace mqrig::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto time_to_start = 10s;
constexpr auto time_to_stop = 4s;  // the broker gives its clients three

/// Publishers that are faster than subscribers fill queues, not limits: what the broker drops would
/// count as lost.
broker::Settings roomy_settings() {
  broker::Settings settings;
  settings.limits.queued_messages = 10'000'000;
  settings.limits.queued_bytes = settings.limits.queued_bytes_in_all;
  return settings;
}

void answer(int descriptor, const std::string& text) {
  const std::string line = text + '\n';
  ::send(descriptor, line.data(), line.size(), MSG_NOSIGNAL);  // a parent that is gone ends us
}

/// One of its processes: it is told its port, tells its URL, and serves until the socket ends.
class Server final : private broker::Observer, private net::StreamHandler {
 public:
  Server(int descriptor, const cli::Diagnostic& diagnostic)
      : descriptor_(descriptor),
        diagnostic_(diagnostic),
        broker_(context_, roomy_settings(), static_cast<broker::Observer&>(*this)) {}

  int run(bool shares_port) {
    net::ListenAddress address("127.0.0.1", 0);
    address.reuse_port = shares_port;
    if (::recv(descriptor_, &address.port, sizeof address.port, MSG_WAITALL) !=
        sizeof address.port) {
      return 1;
    }
    std::string detail;
    if (broker_.listen(address, detail)) throw std::runtime_error("could not listen on " + detail);
    std::error_code error;
    input_ = net::open_input(context_, descriptor_, error);
    if (!input_) throw std::system_error(error);
    input_->set_handler(this);
    input_->wait_readable();
    answer(descriptor_, broker_.urls().front());
    context_.run();
    return 0;
  }

 private:
  /// Nothing but its end comes through the socket.
  void on_readable() override {
    broker_.stop([this](bool) { context_.stop(); });
  }
  void on_writable() override {}

  void on_warning(std::string_view text) override {
    diagnostic_.warning("embedded broker: " + std::string(text));
  }
  void on_activity(std::string_view) override {}
  void on_packet(std::string_view, broker::Direction, wire::Version, wire::ByteView) override {}

  const int descriptor_;
  const cli::Diagnostic& diagnostic_;
  asio::io_context context_{1};
  broker::Broker broker_;
  std::unique_ptr<net::Stream> input_;
};

/// An answer that starts with '!' is why it can't serve.
int serve(int descriptor, const cli::Diagnostic& diagnostic, bool shares_port) {
  keep_freed_memory();
  try {
    return Server(descriptor, diagnostic).run(shares_port);
  } catch (const std::exception& error) {
    answer(descriptor, std::string("!") + error.what());
    return 1;
  }
}

/// A line without its end. Empty: none came in time.
std::string read_line(int descriptor) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + time_to_start;
  std::string line;
  std::array<char, 1024> bytes;
  while (!line.ends_with('\n')) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    pollfd polled{descriptor, POLLIN, 0};
    if (left <= 0ms) return {};
    if (::poll(&polled, 1, static_cast<int>(left.count())) <= 0) continue;
    const ssize_t count = ::recv(descriptor, bytes.data(), bytes.size(), 0);
    if (count <= 0) return {};
    line.append(bytes.data(), static_cast<std::size_t>(count));
  }
  line.pop_back();
  return line;
}

}  // namespace

EmbeddedBroker::EmbeddedBroker(std::uint32_t processes, const cli::Diagnostic& diagnostic)
    : processes_(load::fork_processes(processes, [&](std::uint32_t, int descriptor) {
        return serve(descriptor, diagnostic, processes > 1);
      })) {
  for (load::ForkedProcess& process : processes_) start(process);
}

EmbeddedBroker::~EmbeddedBroker() {
  load::end_processes(processes_, time_to_stop);
}

/// The first is given port 0, and the others the one that it got.
void EmbeddedBroker::start(load::ForkedProcess& process) {
  const int descriptor = process.descriptor();
  ::send(descriptor, &port_, sizeof port_, MSG_NOSIGNAL);
  const std::string line = read_line(descriptor);
  if (line.starts_with('!'))
    throw std::runtime_error("the embedded broker could not start: " + line.substr(1));
  const net::UrlResult url = net::parse_url(line);
  if (!url.error.empty()) {
    const bool ended = process.ended();
    throw std::runtime_error("the embedded broker " +
                             (ended ? process.wait() : "did not start in time"));
  }
  url_ = line;
  port_ = url.url.port;
}

std::string EmbeddedBroker::failure() {
  for (load::ForkedProcess& process : processes_) {
    if (process.ended()) return "the embedded broker " + process.wait();
  }
  return {};
}

}  // namespace mqrig::bench
