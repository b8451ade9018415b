#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <mqrig/net/connected_socket.hpp>
#include <mqrig/net/endpoint.hpp>
#include <mqrig/net/error.hpp>
#include <mqrig/net/socket_stream.hpp>
#include <mqrig/net/system_call.hpp>
#include <mqrig/net/watch.hpp>

namespace mqrig::net {
namespace {

// TCP and Unix alike: both are read with recv and written with send.
class SocketStream final : public Stream {
 public:
  std::error_code open(asio::io_context& context, int socket) {
    return watch_.open(context, socket);
  }

  void set_handler(StreamHandler* handler) override { watch_.set_handler(handler); }
  void wait_readable() override { watch_.wait_readable(); }
  void wait_writable() override { watch_.wait_writable(); }

  IoResult read_some(std::span<std::uint8_t> into) override {
    const int socket = watch_.descriptor();
    if (socket < 0) return {0, Error::closed};
    return receive_now(socket, into);
  }

  IoResult write_some(std::span<const std::uint8_t> from) override {
    const int socket = watch_.descriptor();
    if (socket < 0) return {0, Error::closed};
    return send_now(socket, from);
  }

  void shutdown_send() override { ::shutdown(watch_.descriptor(), SHUT_WR); }
  void close() override { watch_.close(); }
  // Asked of the kernel, which knows them anyway: kept here, they would take a quarter of the
  // memory.
  std::string description() const override { return peer().description(); }
  std::string peer_address() const override { return peer().host_text(); }

 private:
  Endpoint peer() const { return peer_endpoint(watch_.descriptor()); }

  Watch watch_;
};

}  // namespace

void send_without_delay(int socket) {
  const int on = 1;
  // Fails for Unix sockets, which never delay.
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

std::unique_ptr<Stream> make_socket_stream(asio::io_context& context, int socket,
                                           std::error_code& error) {
  auto stream = std::make_unique<SocketStream>();
  error = stream->open(context, socket);
  if (error) return nullptr;
  return stream;
}

std::unique_ptr<Stream> open_socket(asio::io_context& context, int socket, std::error_code& error) {
  send_without_delay(socket);
  return make_socket_stream(context, socket, error);
}

}  // namespace mqrig::net
