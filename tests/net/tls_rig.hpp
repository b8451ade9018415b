// A TLS client and a TLS server in one event loop, and files for their settings.
#pragma once

#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <memory>
#include <mqrig/net/error.hpp>
#include <mqrig/net/layer.hpp>
#include <mqrig/net/memory_stream.hpp>
#include <mqrig/net/tls.hpp>
#include <string>
#include <utility>

#include "tests/net/listener.hpp"
#include "tests/net/loop.hpp"
#include "tests/support/test_authority.hpp"

namespace mqrig::net::tests {

using mqrig::tests::CertificateRequest;
using mqrig::tests::TestCertificate;
using mqrig::tests::write_file;

// An authority with a server's certificate for localhost and 127.0.0.1, made once a process.
struct Authority {
  TestCertificate root =
      TestCertificate::self_signed({.common_name = "Test Root", .authority = true});
  TestCertificate server = root.issue({.common_name = "localhost",
                                       .names = {"DNS:localhost", "IP:127.0.0.1"},
                                       .usage = "serverAuth"});
  TestCertificate client = root.issue({.common_name = "Ann", .usage = "clientAuth"});

  static const Authority& get() {
    static const Authority authority;
    return authority;
  }
};

struct TlsRig {
  asio::io_context context{1};
  ScratchDirectory directory;
  TlsServerSettings server_settings;
  TlsClientSettings client_settings;
  std::string name = "localhost";
  std::size_t capacity = 65536;
  std::shared_ptr<TlsServer> tls_server;
  std::shared_ptr<TlsClient> tls_client;
  std::unique_ptr<Stream> server;
  std::unique_ptr<Stream> client;
  Recorder server_recorder;
  Recorder client_recorder;

  // The server of Authority, and a client that trusts it.
  TlsRig() {
    server_settings.identity = identity(Authority::get().server, "server");
    client_settings.ca_file = file("ca.pem", Authority::get().root.certificate_pem());
  }

  std::string file(const std::string& file_name, const std::string& content) const {
    return write_file(directory.path / file_name, content);
  }

  TlsIdentity identity(const TestCertificate& certificate, const std::string& file_name,
                       const std::string& more = {}) const {
    TlsIdentity made;
    made.certificate_file = file(file_name + ".crt", certificate.certificate_pem() + more);
    made.key_file = file(file_name + ".key", certificate.key_pem());
    return made;
  }

  // Null if the settings are wrong; the clause is in `problem`.
  std::string problem;
  void make() {
    if (!tls_server) tls_server = TlsServer::make(server_settings, problem);
    if (!tls_client && problem.empty()) tls_client = TlsClient::make(client_settings, problem);
    INFO(problem);
    REQUIRE(tls_server);
    REQUIRE(tls_client);
  }

  void connect() {
    make();
    auto [near, far] = memory_stream_pair(context, capacity);
    connect(std::move(near), std::move(far));
  }

  void connect(std::unique_ptr<Stream> near, std::unique_ptr<Stream> far) {
    client = tls_client->connect(std::move(near), name);
    server = tls_server->accept(std::move(far));
    client->set_handler(&client_recorder);
    server->set_handler(&server_recorder);
  }

  static Layer& layer(Stream& stream) { return dynamic_cast<Layer&>(stream); }

  // One end's part of the handshake, waiting as it has to.
  struct Driver {
    Stream& stream;
    Recorder& recorder;
    Layer::Progress progress = Layer::Progress::wants_read;
    std::error_code error;

    Driver(Stream& stream_, Recorder& recorder_) : stream(stream_), recorder(recorder_) {
      recorder.when_readable = [this] { go_on(); };
      recorder.when_writable = [this] { go_on(); };
      go_on();
    }
    Driver(const Driver&) = delete;
    Driver& operator=(const Driver&) = delete;
    ~Driver() {
      recorder.when_readable = nullptr;
      recorder.when_writable = nullptr;
    }
    bool over() const {
      return progress == Layer::Progress::done || progress == Layer::Progress::failed;
    }
    void go_on() {
      progress = layer(stream).handshake(error);
      if (progress == Layer::Progress::wants_read) stream.wait_readable();
      if (progress == Layer::Progress::wants_write) stream.wait_writable();
    }
  };

  // Makes the handshake; what each end says of it.
  struct Outcome {
    std::error_code client;
    std::error_code server;
  };
  Outcome shake_hands() {
    Driver there(*server, server_recorder);
    Driver here(*client, client_recorder);
    run_until(context, [&] { return here.over(); });
    run_ready(context);
    return {here.error, there.error};
  }

  // Connects and makes a handshake that succeeds.
  void establish() {
    connect();
    const Outcome outcome = shake_hands();
    INFO(client->failure());
    INFO(server->failure());
    REQUIRE_FALSE(outcome.client);
    REQUIRE_FALSE(outcome.server);
  }

  // Sends a text one way, and reads it at the other end.
  std::string pass(Stream& from, Stream& to, std::string_view text) {
    REQUIRE(from.write_some(bytes(text)).count == text.size());
    std::string got;
    run_until(context, [&] {
      std::uint8_t buffer[1000];
      const IoResult result = to.read_some(buffer);
      got.append(reinterpret_cast<const char*>(buffer), result.count);
      return got.size() == text.size() || result.error;
    });
    return got;
  }

  // Reads until there is an error, which it returns.
  std::error_code read_error(Stream& stream) {
    IoResult result;
    run_until(context, [&] {
      std::uint8_t buffer[1000];
      result = stream.read_some(buffer);
      return static_cast<bool>(result.error);
    });
    return result.error;
  }
};

inline bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

}  // namespace mqrig::net::tests
