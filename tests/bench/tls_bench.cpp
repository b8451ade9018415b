// What TLS streams cost beside bare OpenSSL on the same sockets: full and resumed handshakes, bulk
// transfer, both ends in one thread; and what an idle connection of a client takes of memory.
#include <malloc.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <memory>
#include <mqrig/net/layer.hpp>
#include <mqrig/net/memory_stream.hpp>
#include <mqrig/net/socket_stream.hpp>
#include <mqrig/net/tls.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/test_authority.hpp"

namespace {

using namespace mqrig;
using mqrig::tests::TestCertificate;

constexpr int handshakes = 300;
constexpr int rounds = 5;
constexpr std::size_t idle_connections = 2000;
constexpr std::size_t bulk_bytes = std::size_t{200} * 1024 * 1024;
constexpr std::size_t bulk_write = 64 * 1024;

struct Sockets {
  Sockets() {
    int both[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, both) != 0) {
      std::abort();
    }
    near = both[0];
    far = both[1];
  }
  int near;
  int far;
};

// Seconds of processor time of the best round: the machine may have other work.
double best(const std::function<void()>& round) {
  double least = 1e9;
  for (int i = 0; i < rounds; ++i) {
    const std::clock_t begun = std::clock();
    round();
    least = std::min(least, static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC);
  }
  return least;
}

struct Files {
  TestCertificate root = TestCertificate::self_signed({.common_name = "Root", .authority = true});
  TestCertificate server = root.issue({.common_name = "localhost", .names = {"DNS:localhost"}});
  std::filesystem::path directory;
  net::TlsServerSettings server_settings;
  net::TlsClientSettings client_settings;

  Files() {
    std::string name = (std::filesystem::temp_directory_path() / "mqrig-tls-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    directory = name;
    server_settings.identity.certificate_file =
        tests::write_file(directory / "server.crt", server.certificate_pem());
    server_settings.identity.key_file =
        tests::write_file(directory / "server.key", server.key_pem());
    client_settings.ca_file = tests::write_file(directory / "ca.pem", root.certificate_pem());
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() { std::filesystem::remove_all(directory); }
};

struct Streams {
  std::unique_ptr<net::Stream> client;
  std::unique_ptr<net::Stream> server;
};

class Ours {
 public:
  explicit Ours(const Files& files) {
    std::string error;
    server_ = net::TlsServer::make(files.server_settings, error);
    client_ = net::TlsClient::make(files.client_settings, error);
    if (!server_ || !client_) std::abort();
  }

  Streams over(std::unique_ptr<net::Stream> near, std::unique_ptr<net::Stream> far) const {
    Streams made{client_->connect(std::move(near), "localhost"), server_->accept(std::move(far))};
    auto& client = dynamic_cast<net::Layer&>(*made.client);
    auto& server = dynamic_cast<net::Layer&>(*made.server);
    std::error_code error;
    while (client.handshake(error) != net::Layer::Progress::done && !error) server.handshake(error);
    server.handshake(error);
    std::uint8_t byte[1];
    made.client->read_some(byte);  // the tickets
    if (error) std::abort();
    return made;
  }

  Streams connect() {
    const Sockets sockets;
    std::error_code error;
    auto near = net::open_socket(context_, sockets.near, error);
    return over(std::move(near), net::open_socket(context_, sockets.far, error));
  }

  void transfer() {
    const Streams streams = connect();
    const std::vector<std::uint8_t> block(bulk_write, 'x');
    std::vector<std::uint8_t> into(bulk_write);
    std::size_t received = 0;
    while (received < bulk_bytes) {
      streams.client->write_some(block);
      received += streams.server->read_some(into).count;
      context_.restart();
      context_.poll();
    }
  }

 private:
  asio::io_context context_{1};
  std::shared_ptr<net::TlsServer> server_;
  std::shared_ptr<net::TlsClient> client_;
};

class Bare {
 public:
  explicit Bare(const Files& files) {
    SSL_CTX_use_certificate(server_.get(), files.server.certificate());
    SSL_CTX_use_PrivateKey(server_.get(), files.server.key());
    SSL_CTX_load_verify_file(client_.get(), files.client_settings.ca_file.c_str());
    SSL_CTX_set_verify(client_.get(), SSL_VERIFY_PEER, nullptr);
    for (SSL_CTX* context : {client_.get(), server_.get()}) {
      SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE);
    }
  }

  struct Ends {
    std::shared_ptr<SSL> client;
    std::shared_ptr<SSL> server;
    Sockets sockets;
    Ends() = default;
    Ends(const Ends&) = delete;
    Ends& operator=(const Ends&) = delete;
    ~Ends() {
      ::close(sockets.near);
      ::close(sockets.far);
    }
  };

  std::unique_ptr<Ends> connect(bool resume) {
    auto ends = std::make_unique<Ends>();
    ends->client.reset(SSL_new(client_.get()), SSL_free);
    ends->server.reset(SSL_new(server_.get()), SSL_free);
    SSL_set_fd(ends->client.get(), ends->sockets.near);
    SSL_set_fd(ends->server.get(), ends->sockets.far);
    SSL_set1_host(ends->client.get(), "localhost");
    if (resume && session_) SSL_set_session(ends->client.get(), session_.get());
    int shaken = 0;
    while ((shaken = SSL_connect(ends->client.get())) != 1) SSL_accept(ends->server.get());
    if (SSL_accept(ends->server.get()) != 1) std::abort();
    char byte = 0;
    SSL_read(ends->client.get(), &byte, 1);
    session_.reset(SSL_get1_session(ends->client.get()), SSL_SESSION_free);
    SSL_set_shutdown(ends->client.get(), SSL_SENT_SHUTDOWN);
    return ends;
  }

  void transfer() {
    const auto ends = connect(false);
    SSL_set_shutdown(ends->client.get(), 0);
    const std::vector<std::uint8_t> block(bulk_write, 'x');
    std::vector<std::uint8_t> into(bulk_write);
    std::size_t received = 0;
    while (received < bulk_bytes) {
      SSL_write(ends->client.get(), block.data(), 16384);
      for (int got = 1; got > 0;) {
        got = SSL_read(ends->server.get(), into.data(), 16384);
        if (got > 0) received += static_cast<std::size_t>(got);
      }
    }
  }

 private:
  std::shared_ptr<SSL_CTX> client_{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  std::shared_ptr<SSL_CTX> server_{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  std::shared_ptr<SSL_SESSION> session_;
};

void print(const char* what, double ours, double bare, const char* unit) {
  std::printf("%-24s ours %8.0f  bare OpenSSL %8.0f  %-12s (%.2f times its time)\n", what, ours,
              bare, unit, bare / ours);
}

void compare_handshakes() {
  double ours[2];
  double bare[2];
  for (const bool resumed : {false, true}) {
    Files same;
    same.client_settings.sessions_per_name = resumed ? 4 : 0;
    Ours our(same);
    Bare their(same);
    ours[resumed] = handshakes / best([&] {
                      for (int i = 0; i < handshakes; ++i) our.connect();
                    });
    bare[resumed] = handshakes / best([&] {
                      for (int i = 0; i < handshakes; ++i) their.connect(resumed);
                    });
  }
  print("full handshakes", ours[0], bare[0], "pairs/s");
  print("resumed handshakes", ours[1], bare[1], "pairs/s");
}

void compare_transfer(const Files& files) {
  Ours our(files);
  Bare their(files);
  const double megabytes = bulk_bytes / 1e6;
  const double ours = megabytes / best([&] { our.transfer(); });
  const double bare = megabytes / best([&] { their.transfer(); });
  print("bulk, both ends", ours, bare, "MB/s");
}

void weigh_idle(const Files& files) {
  asio::io_context context(1);
  const Ours our(files);
  std::vector<Streams> pairs;
  pairs.reserve(idle_connections);
  for (std::size_t i = 0; i < idle_connections; ++i) {
    auto [near, far] = net::memory_stream_pair(context, 8192);
    pairs.push_back(our.over(std::move(near), std::move(far)));
  }
  const auto held_by = [&pairs](std::unique_ptr<net::Stream> Streams::*end) {
    const std::size_t before = mallinfo2().uordblks;
    for (Streams& pair : pairs) (pair.*end).reset();
    return (before - mallinfo2().uordblks) / idle_connections;
  };
  const std::size_t client = held_by(&Streams::client);
  std::printf("%-24s %zu bytes, of a server %zu, beside the stream below\n",
              "idle client connection", client, held_by(&Streams::server));
}

}  // namespace

int main() {
  const Files files;
  compare_handshakes();
  compare_transfer(files);
  weigh_idle(files);
}
