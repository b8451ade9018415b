#pragma once

#include <mqrig/net/error.hpp>
#include <mqrig/net/layer.hpp>
#include <mqrig/net/tls.hpp>
#include <string>
#include <vector>

namespace mqrig::net::tests {

// A layer in the place of TLS: writes a greeting and waits for one, one byte at a time.
class GreetingLayer final : public Layer {
 public:
  GreetingLayer(std::unique_ptr<Stream> below, std::string greeting, std::string expected)
      : below_(std::move(below)), greeting_(std::move(greeting)), expected_(std::move(expected)) {}

  Progress handshake(std::error_code& error) override {
    while (!greeting_.empty()) {
      const IoResult result =
          below_->write_some({reinterpret_cast<const std::uint8_t*>(greeting_.data()), 1});
      if ((error = result.error)) return Progress::failed;
      if (result.count == 0) return Progress::wants_write;
      greeting_.erase(0, 1);
    }
    while (!expected_.empty()) {
      std::uint8_t byte = 0;
      const IoResult result = below_->read_some({&byte, 1});
      if ((error = result.error)) return Progress::failed;
      if (result.count == 0) return Progress::wants_read;
      if (static_cast<char>(byte) != expected_.front()) {
        failure_ = "the certificate has expired";
        error = Error::tls_failed;
        return Progress::failed;
      }
      expected_.erase(0, 1);
    }
    return Progress::done;
  }

  void set_handler(StreamHandler* handler) override { below_->set_handler(handler); }
  void wait_readable() override { below_->wait_readable(); }
  void wait_writable() override { below_->wait_writable(); }
  IoResult read_some(std::span<std::uint8_t> into) override {
    std::error_code error;
    if (handshake(error) != Progress::done) return {0, error};
    return below_->read_some(into);
  }
  IoResult write_some(std::span<const std::uint8_t> from) override {
    std::error_code error;
    if (handshake(error) != Progress::done) return {0, error};
    return below_->write_some(from);
  }
  void shutdown_send() override { below_->shutdown_send(); }
  void close() override { below_->close(); }
  std::string description() const override { return "greeted " + below_->description(); }
  std::string peer_address() const override { return below_->peer_address(); }
  std::string failure() const override { return failure_; }

 private:
  std::unique_ptr<Stream> below_;
  std::string greeting_;
  std::string expected_;
  std::string failure_;
};

// Says "hello NAME;" and wants "welcome;".
struct GreetingClient final : TlsClient {
  std::unique_ptr<Stream> connect(std::unique_ptr<Stream> stream,
                                  const std::string& name) const override {
    return std::make_unique<GreetingLayer>(std::move(stream), "hello " + name + ";", "welcome;");
  }
};

// Wants "hello;", then says "welcome;".
struct GreetingServer final : TlsServer {
  std::unique_ptr<Stream> accept(std::unique_ptr<Stream> stream) const override {
    auto layer = std::make_unique<GreetingLayer>(std::move(stream), "", "hello;");
    return std::make_unique<GreetingLayer>(std::move(layer), "welcome;", "");
  }
  std::string reload() override { return {}; }
};

}  // namespace mqrig::net::tests
