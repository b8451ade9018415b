// An MQTT broker for MQTT 3.1, 3.1.1 and 5.0, on one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <mqrig/broker/observer.hpp>
#include <mqrig/broker/settings.hpp>
#include <mqrig/broker/statistics.hpp>

namespace asio {
class io_context;
}
namespace mqrig::auth {
class JwtVerifier;
class PasswordFile;
}  // namespace mqrig::auth
namespace mqrig::net {
struct ListenAddress;
class Stream;
}  // namespace mqrig::net
namespace mqrig::store {
class BrokerStore;
}

namespace mqrig::broker {

class Acl;

// Listens, and serves every connection that it accepts or is given. All of it belongs to the thread
// that runs the io_context, and must be destroyed before that.
//
// Output is written once per turn of the event loop. With a store, nothing that a turn says to
// clients leaves before the transaction that holds the turn's state is committed.
class Broker {
 public:
  // `context` and `observer` outlive the broker.
  Broker(asio::io_context& context, Settings settings, Observer& observer);
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  ~Broker();  // drops every connection without a word; see stop()

  // Takes sessions and retained messages from the store and keeps them there from now on. Before
  // the first connection, once.
  std::error_code set_store(std::unique_ptr<store::BrokerStore> store);
  // Who may connect, and with which password; null: everybody. At any time: connections stay.
  void set_passwords(std::shared_ptr<const auth::PasswordFile> passwords);
  // Whose tokens let clients in, besides the passwords; null: no tokens do. At any time:
  // connections stay. The verifier is asked on the broker's thread, and may be given new keys
  // there.
  //
  // A token comes as the password of CONNECT or, in 5.0, by enhanced authentication with the method
  // OAUTH2-JWT or CUSTOM-JWT. The user is the one that it names, whatever the user name of CONNECT
  // says. Who has a password may use that instead. When the token has expired, the connection ends:
  // in 5.0 by DISCONNECT with 0xA0 (maximum connect time), unless AUTH with 0x19 has brought a
  // newer one of the same user before [MQTT-4.12.1-1]. One that is refused ends it with 0x87.
  void set_jwt(std::shared_ptr<const auth::JwtVerifier> verifier);
  // Who may publish, subscribe and receive what; null: everybody everything. At any time.
  void set_acl(std::shared_ptr<const Acl> acl);

  // Opens one more listener. On an error `detail` says what could not be opened.
  std::error_code listen(const net::ListenAddress& address, std::string& detail);
  // Of all listeners, in the order of the calls: "mqtt://127.0.0.1:1883", "unix:///run/mqrig.sock".
  std::vector<std::string> urls() const;
  // Serves a connection that was made elsewhere, such as one end of net::memory_stream_pair().
  void attach(std::unique_ptr<net::Stream> stream);

  // Stops listening, sends DISCONNECT with 0x8B (server shutting down) to 5.0 clients, and calls
  // `stopped` when all is written and saved, after three seconds at the latest. Wills without a
  // delay are published [MQTT-3.1.2-8]. Not `saved`: the store could not take the last changes.
  // Once; nobody is served after it.
  void stop(std::function<void(bool saved)> stopped);

  const Statistics& statistics() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mqrig::broker
