// How a TLS stream waits. What OpenSSL or we have already is told at once, which must come from the
// event loop: the stream below is asked for room to write, of which there is nearly always some.
#include <mqrig/net/tls_stream.hpp>
#include <utility>

namespace mqrig::net {

// Records that wait to be deciphered count: at worst it is for nothing.
bool TlsStream::can_read() const {
  const bool pending = SSL_has_pending(ssl_.get()) == 1 && !starved_;
  return read_error_ || pending || wire_.has_input();
}

bool TlsStream::can_write() const {
  return write_error_ || wire_.write_error() || ending_ || !wire_.has_output();
}

void TlsStream::wait_readable() {
  if (closed_ || reading_) return;
  reading_ = true;
  if (can_read()) wire_.below().wait_writable();
  wire_.below().wait_readable();
}

void TlsStream::wait_writable() {
  if (closed_ || writing_) return;
  writing_ = true;
  const bool in_handshake = !established_ && !write_error_ && !wire_.write_error() && !ending_;
  if (in_handshake && !wire_.has_output()) {  // it goes on with what the peer sends
    wire_.below().wait_readable();
  } else {
    wire_.below().wait_writable();
  }
}

// The handler may destroy us: the second of two calls comes with another turn of the loop.
void TlsStream::on_readable() {
  if (!writing_ || established_) return tell_readable();
  if (reading_) wire_.below().wait_readable();
  tell_writable();
}

void TlsStream::on_writable() {
  wire_.flush();
  send_end();
  const bool readable = reading_ && (can_read() || wire_.write_error());
  if (writing_ && can_write()) {
    if (readable) wire_.below().wait_writable();
    return tell_writable();
  }
  if (readable) tell_readable();
}

// A write that made the handshake, or looked for an alert, may have taken in what a reader waits
// for: the stream below would not tell of it again.
void TlsStream::wake_reader() {
  starved_ = false;
  if (reading_ && can_read()) wire_.below().wait_writable();
}

void TlsStream::tell_readable() {
  if (!std::exchange(reading_, false)) return;
  if (handler_ != nullptr) handler_->on_readable();
}

void TlsStream::tell_writable() {
  writing_ = false;
  if (handler_ != nullptr) handler_->on_writable();
}

}  // namespace mqrig::net
