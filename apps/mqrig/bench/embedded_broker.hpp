#pragma once

#include <cstdint>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/load/forked_process.hpp>
#include <string>
#include <vector>

namespace mqrig::bench {

/// A broker with default settings in processes of its own, which end with this object, and with
/// this process however that ends. It listens on 127.0.0.1, on a port that the kernel chose.
class EmbeddedBroker {
 public:
  /// Forks: to be made while the process has neither threads nor an io_context, and when its limit
  /// of descriptors is raised. Returns when clients may come. With several processes each serves
  /// the clients that the kernel deals out to it, and they do not know each other's. Warnings of
  /// the broker go to `diagnostic`, nothing else is said.
  ///
  /// Throws std::runtime_error with a clause for a person.
  EmbeddedBroker(std::uint32_t processes, const cli::Diagnostic& diagnostic);
  EmbeddedBroker(const EmbeddedBroker&) = delete;
  EmbeddedBroker& operator=(const EmbeddedBroker&) = delete;
  /// Stops the broker, in four seconds at the latest.
  ~EmbeddedBroker();

  /// "mqtt://127.0.0.1:40123"
  const std::string& url() const { return url_; }
  std::uint16_t port() const { return port_; }

  const std::vector<load::ForkedProcess>& processes() const { return processes_; }

  /// Empty while all its processes serve; else how the first that does not has ended, a clause.
  /// Worth asking when connections are lost or refused.
  std::string failure();

 private:
  void start(load::ForkedProcess& process);

  std::vector<load::ForkedProcess> processes_;
  std::uint16_t port_ = 0;
  std::string url_;
};

}  // namespace mqrig::bench
