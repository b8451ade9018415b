// Who a client says it is, where that is found out anew for each connection.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <mqrig/client/failure.hpp>
#include <mqrig/wire/types.hpp>

namespace mqrig::client {

// What one connection is to carry. Members that are empty leave what Options say.
struct Credentials {
  std::optional<std::string> user_name;
  std::optional<std::string> password;
  std::optional<std::string> authentication_method;  // 5.0: of CONNECT
  std::optional<std::string> authentication_data;
  std::vector<std::pair<std::string, std::string>> web_socket_headers;
  std::vector<std::string> facts;  // for whoever wants to see them, a line each; no secret
  // When to have new ones, on the clock of the event loop: with an authentication method by AUTH
  // 0x19 on the connection, else on another connection that goes on with the session. Publishing
  // waits meanwhile until the broker has what was accepted. QoS 1 and 2 keep their promises; QoS 0
  // has no gap either, but where the broker does not keep the session, drops what it still had for
  // the old connection, or the client has a will without a delay: then DISCONNECT goes before the
  // next CONNECT, or the broker would publish the will.
  //
  // So that it can be gone on with, the session is kept for as long as the client runs: in 5.0 see
  // Options::survive_reconnects. Below, a client that has subscribe()d before start() begins its
  // session not clean (with an identifier of its own after a clean one, on a connection before),
  // and disconnect() ends it by one more connection with a clean session. A process that is killed
  // leaves it behind.
  std::optional<std::chrono::steady_clock::time_point> renew_at;

  // Do both say the same to the broker?
  bool same_login(const Credentials& other) const {
    return user_name == other.user_name && password == other.password &&
           authentication_method == other.authentication_method &&
           authentication_data == other.authentication_data &&
           web_socket_headers == other.web_socket_headers;
  }
};

class CredentialSource {
 public:
  // Credentials, or a failure. Unless it is permanent, they are asked for again where the client is
  // to connect again.
  using Callback = std::function<void(std::optional<Credentials>, const Failure&)>;
  virtual ~CredentialSource() = default;

  // From the event loop; one at a time. Calls back once, from the event loop, never from inside.
  virtual void get(Callback callback) = 0;
  // No call any more.
  virtual void cancel() = 0;
  // The broker did not take what was given last.
  virtual void refused() {}
};

}  // namespace mqrig::client
