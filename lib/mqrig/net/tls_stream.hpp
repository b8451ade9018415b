#pragma once

#include <mqrig/net/layer.hpp>
#include <mqrig/net/tls_notes.hpp>
#include <mqrig/net/tls_wire.hpp>
#include <string>
#include <vector>

namespace mqrig::net {

// TLS over a stream, either end; what TlsClient and TlsServer give. Private to this room.
//
// Holds the SSL, which releases its own buffers, and bytes only where the two ends don't keep pace:
// records that the stream below did not take, at most those of one write; and what has come and the
// user has no room for, at most one read.
class TlsStream final : public Layer, private StreamHandler {
 public:
  // `name`: of the server, for a client; else empty.
  TlsStream(std::unique_ptr<Stream> below, std::shared_ptr<const TlsContext> context,
            std::string name);
  ~TlsStream() override;

  Progress handshake(std::error_code& error) override;
  void set_handler(StreamHandler* handler) override { handler_ = handler; }
  void wait_readable() override;
  void wait_writable() override;
  IoResult read_some(std::span<std::uint8_t> into) override;
  IoResult write_some(std::span<const std::uint8_t> from) override;
  void shutdown_send() override;
  void close() override;
  std::string description() const override { return wire_.below().description(); }
  std::string peer_address() const override { return wire_.below().peer_address(); }
  std::string failure() const override;
  std::vector<std::string> facts() const override;
  std::string peer_identity() const override;

 private:
  void on_readable() override;
  void on_writable() override;

  bool can_read() const;
  bool can_write() const;
  void wake_reader();
  void tell_readable();
  void tell_writable();
  void shake_hands();
  void note_handshake();
  IoResult read_records(std::span<std::uint8_t> into);
  void read_ended(int result);
  void write_ended(int result);
  void end_handshake(int result);
  void fail(std::error_code error, std::string text);
  void look_for_alert();
  void peek_for_alert();
  void send_close_notify();
  void send_end();

  TlsNotes notes_;
  TlsWire wire_;
  SslHandle ssl_;  // after wire_: its BIO refers to it
  StreamHandler* handler_ = nullptr;
  std::error_code read_error_;
  std::error_code write_error_;
  std::string failure_;
  bool established_ = false;  // the handshake was made; OpenSSL forgets it with the first error
  bool reading_ = false;      // waits under way
  bool writing_ = false;
  bool starved_ = false;  // what OpenSSL has is a part of a record: no use to ask before more comes
  bool ending_ = false;   // shutdown_send() was called
  bool ended_ = false;    // and was passed on
  bool closed_ = false;
};

}  // namespace mqrig::net
