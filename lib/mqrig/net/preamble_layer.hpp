#pragma once

#include <memory>
#include <mqrig/net/layer.hpp>
#include <mqrig/net/preamble.hpp>
#include <string>
#include <vector>

namespace mqrig::net {

// A stream on which a preamble comes first; behind it, the stream below as it is. Private to this
// room.
class PreambleLayer : public Layer {
 public:
  PreambleLayer(std::unique_ptr<Stream> below, std::unique_ptr<Preamble> preamble);
  ~PreambleLayer() override;

  Progress handshake(std::error_code& error) override;
  void set_handler(StreamHandler* handler) override { below_->set_handler(handler); }
  void wait_readable() override { below_->wait_readable(); }
  void wait_writable() override { below_->wait_writable(); }
  IoResult read_some(std::span<std::uint8_t> into) override;
  IoResult write_some(std::span<const std::uint8_t> from) override;
  void shutdown_send() override { below_->shutdown_send(); }
  void close() override { below_->close(); }
  std::string description() const override { return below_->description(); }
  std::string peer_address() const override { return below_->peer_address(); }
  std::string failure() const override;
  std::vector<std::string> facts() const override { return below_->facts(); }
  std::string peer_identity() const override { return below_->peer_identity(); }

 protected:
  const Stream& below() const { return *below_; }
  // Called once, before the preamble is dropped.
  virtual void on_done(const Preamble&) {}
  // What is said when the connection ends in the middle of it.
  virtual std::string early_end() const = 0;

 private:
  bool send_output(std::error_code& error);
  bool receive(std::error_code& error);
  Progress fail(std::error_code with, std::string failure, std::error_code& error);

  std::unique_ptr<Stream> below_;
  std::unique_ptr<Preamble> preamble_;  // null when it is done
  std::error_code error_;
  std::string failure_;
};

}  // namespace mqrig::net
