#include <openssl/err.h>

#include <algorithm>
#include <mqrig/net/error.hpp>
#include <mqrig/net/tls_certificate.hpp>
#include <mqrig/net/tls_facts.hpp>
#include <mqrig/net/tls_failure.hpp>
#include <mqrig/net/tls_stream.hpp>
#include <mqrig/net/tls_verification.hpp>
#include <utility>

namespace mqrig::net {

TlsStream::TlsStream(std::unique_ptr<Stream> below, std::shared_ptr<const TlsContext> context,
                     std::string name)
    : notes_{std::move(context), std::move(name), {}, {}},
      wire_(std::move(below)),
      ssl_(SSL_new(notes_.context->get())) {
  SSL_set_app_data(ssl_.get(), &notes_);
  BIO* bio = wire_.make_bio();
  SSL_set_bio(ssl_.get(), bio, bio);
  wire_.below().set_handler(this);
  if (!notes_.context->is_client()) {
    SSL_set_accept_state(ssl_.get());
    return;
  }
  SSL_set_connect_state(ssl_.get());
  std::string problem = expect_name(ssl_.get(), notes_.name);
  if (!problem.empty()) {
    fail(Error::tls_failed, std::move(problem));
    return;
  }
  const SslSessionHandle session = notes_.context->sessions().take(notes_.name);
  if (session) SSL_set_session(ssl_.get(), session.get());
}

// To OpenSSL a session is worth nothing after a connection without close_notify, which was the rule
// of TLS 1.0.
TlsStream::~TlsStream() {
  close();
  if (read_error_ != Error::tls_failed) SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN);
}

Layer::Progress TlsStream::handshake(std::error_code& error) {
  if (!established_ && !read_error_ && !closed_) shake_hands();
  error = closed_ ? make_error_code(Error::closed) : read_error_;
  if (error) return Progress::failed;
  if (established_) return Progress::done;
  return wire_.has_output() ? Progress::wants_write : Progress::wants_read;
}

// What OpenSSL reads and writes is kept, or goes out, at the end of the turn: only then is it known
// whether the stream below took it.
void TlsStream::shake_hands() {
  ERR_clear_error();
  {
    const TlsWire::Turn turn(wire_);
    const int result = SSL_do_handshake(ssl_.get());
    result == 1 ? note_handshake() : end_handshake(result);
  }
  wake_reader();
}

// Whatever ciphers were agreed upon: a server that proved nothing, or anybody in its place, gets
// and gives no data.
void TlsStream::note_handshake() {
  if (established_ || SSL_is_init_finished(ssl_.get()) != 1) return;
  const TlsContext& context = *notes_.context;
  const bool certificate = SSL_get0_peer_certificate(ssl_.get()) != nullptr;
  const bool proved = context.key_only() ? used_psk(ssl_.get()) : certificate;
  if (context.is_client() && !proved) {
    return fail(Error::tls_failed, context.key_only()
                                       ? "the server did not use the pre-shared key"
                                       : "the server sent no certificate, so it may be anybody");
  }
  established_ = true;
}

void TlsStream::end_handshake(int result) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
  if (error == SSL_ERROR_ZERO_RETURN) {
    return fail(Error::tls_failed, explain_end(notes_, Error::end_of_stream));
  }
  if (wire_.read_error()) {
    ERR_clear_error();
    return fail(Error::tls_failed, explain_end(notes_, wire_.read_error()));
  }
  fail(Error::tls_failed, explain_failure(notes_, wire_.beginning()));
}

void TlsStream::fail(std::error_code error, std::string text) {
  read_error_ = error;
  write_error_ = error;
  failure_ = std::move(text);
}

IoResult TlsStream::read_some(std::span<std::uint8_t> into) {
  if (closed_) return {0, Error::closed};
  if (read_error_) return {0, read_error_};
  ERR_clear_error();
  const IoResult result = read_records(into);
  if (result.count != 0) return result;
  return {0, read_error_};
}

IoResult TlsStream::read_records(std::span<std::uint8_t> into) {
  const TlsWire::Turn turn(wire_);
  std::size_t count = 0;
  starved_ = false;
  while (count < into.size()) {
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_.get(), into.data() + count, into.size() - count, &got);
    if (result != 1) {
      read_ended(result);
      break;
    }
    note_handshake();  // the same read may have ended it
    if (read_error_) return {0, read_error_};
    count += got;
  }
  return {count, {}};
}

void TlsStream::read_ended(int result) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error != SSL_ERROR_SSL && error != SSL_ERROR_SYSCALL) note_handshake();
  starved_ = error == SSL_ERROR_WANT_READ;
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
  if (!established_) return end_handshake(result);
  if (error == SSL_ERROR_ZERO_RETURN) {
    read_error_ = Error::end_of_stream;
    return;
  }
  const std::error_code below = wire_.read_error();
  if (!below) return fail(Error::tls_failed, explain_failure(notes_, wire_.beginning()));
  ERR_clear_error();
  if (below != Error::end_of_stream) {
    read_error_ = below;
    return;
  }
  read_error_ = Error::tls_truncated;
  failure_ =
      "the peer closed the connection without ending TLS (no close_notify): what it sent last may "
      "be missing";
}

IoResult TlsStream::write_some(std::span<const std::uint8_t> from) {
  if (closed_) return {0, Error::closed};
  if (ending_) return {0, std::make_error_code(std::errc::broken_pipe)};
  if (!established_ && !write_error_) shake_hands();
  if (established_ && wire_.has_output()) wire_.flush();
  if (wire_.write_error() && !write_error_) look_for_alert();
  if (write_error_) return {0, write_error_};
  if (!established_ || wire_.has_output()) return {};
  from = from.first(std::min(from.size(), TlsBuffer::plaintext));
  std::size_t count = 0;
  ERR_clear_error();
  {
    const TlsWire::Turn turn(wire_);
    while (count < from.size()) {
      std::size_t taken = 0;
      const int result = SSL_write_ex(ssl_.get(), from.data() + count, from.size() - count, &taken);
      count += taken;
      if (result == 1) continue;
      write_ended(result);
      break;
    }
  }
  if (wire_.write_error() && !write_error_) look_for_alert();
  if (write_error_) return {0, write_error_};
  return {count, {}};
}

void TlsStream::write_ended(int result) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
  fail(Error::tls_failed, explain_failure(notes_, wire_.beginning()));
}

// The peer is gone. It may have said why in its last bytes: those count for more than the system's
// word for it.
void TlsStream::look_for_alert() {
  write_error_ = wire_.write_error();
  if (!read_error_ && established_) peek_for_alert();
  wake_reader();
}

void TlsStream::peek_for_alert() {
  ERR_clear_error();
  const TlsWire::Turn turn(wire_);
  std::uint8_t byte = 0;
  std::size_t got = 0;
  if (SSL_peek_ex(ssl_.get(), &byte, 1, &got) == 1) return;
  if (SSL_get_error(ssl_.get(), 0) == SSL_ERROR_SSL && !wire_.read_error()) {
    fail(Error::tls_failed, explain_failure(notes_, wire_.beginning()));
  }
}

// close_notify, and then the end of the stream below.
void TlsStream::shutdown_send() {
  if (closed_ || ending_) return;
  ending_ = true;
  send_close_notify();
  send_end();
}

void TlsStream::send_close_notify() {
  if (!established_ || write_error_) return;
  ERR_clear_error();
  const TlsWire::Turn turn(wire_);
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

void TlsStream::send_end() {
  if (!ending_ || ended_ || wire_.has_output()) return;
  ended_ = true;
  wire_.below().shutdown_send();
}

// To a peer that has ended its direction we have to say that ours ends, too (RFC 5246 7.2.1, RFC
// 8446 6.1). Else nothing is said: who did not call shutdown_send() breaks off, and the peer should
// know it.
void TlsStream::close() {
  if (closed_) return;
  if (!ending_ && read_error_ == Error::end_of_stream) send_close_notify();
  closed_ = true;
  handler_ = nullptr;
  reading_ = false;
  writing_ = false;
  wire_.below().close();
}

std::string TlsStream::failure() const {
  return failure_.empty() ? wire_.below().failure() : failure_;
}

std::vector<std::string> TlsStream::facts() const {
  std::vector<std::string> facts = wire_.below().facts();
  if (!established_) return facts;
  for (std::string& fact : tls_facts(ssl_.get(), notes_)) facts.push_back(std::move(fact));
  return facts;
}

std::string TlsStream::peer_identity() const {
  if (!established_) return {};
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return proved_psk_identity(ssl_.get(), notes_);
  const bool verified =
      !notes_.context->insecure() && SSL_get_verify_result(ssl_.get()) == X509_V_OK;
  return verified ? common_name(certificate) : std::string();
}

}  // namespace mqrig::net
