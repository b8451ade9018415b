#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig::auth {

struct JwtIdentity;

// One side of an enhanced authentication [MQTT-4.12]: what stands in Authentication Data. No I/O,
// no time. May be begun again, for a re-authentication or another connection.
//
// `fault`, where it is set, is a clause for the person, without a secret in it.
class ClientExchange {
 public:
  virtual ~ClientExchange() = default;

  virtual std::string_view method() const = 0;  // Authentication Method
  // Another of the same, for another connection. What was worked out once is known to both; each
  // belongs to one thread.
  virtual std::unique_ptr<ClientExchange> clone() const = 0;
  // For CONNECT, or AUTH with 0x19 (re-authenticate). Nothing: no data is sent.
  virtual std::optional<std::string> begin() = 0;
  // The server's AUTH with 0x18: what to answer. Nothing: it is not to be gone on with.
  virtual std::optional<std::string> proceed(std::string_view data, std::string& fault) = 0;
  // The server's CONNACK, or AUTH with 0x00: false if the server has not proved what it had to.
  virtual bool finish(std::optional<std::string_view> data, std::string& fault) = 0;
};

class ServerExchange {
 public:
  // Undecided: it can't be told now, and may be accepted later.
  enum class Outcome { proceed, accepted, refused, undecided };
  virtual ~ServerExchange() = default;

  virtual std::string_view method() const = 0;
  // What the client sent with CONNECT or AUTH: `answer` is for AUTH with 0x18 (proceed), or for
  // CONNACK or AUTH with 0x00 (accepted; may be empty: no data).
  virtual Outcome proceed(std::optional<std::string_view> data, std::string& answer) = 0;
  // Whether the next proceed() may be a guess, as of a password: then whoever guesses wrong too
  // often may have to wait before.
  virtual bool is_guess() const { return true; }
  // Once accepted.
  virtual const std::string& user_name() const = 0;
  // The same: what limits the user besides. Null: nothing.
  virtual const JwtIdentity* token() const { return nullptr; }
  // Once refused or undecided, a clause for the log, without a secret in it; empty: the user name
  // or the password was wrong, whichever.
  virtual std::string_view fault() const { return {}; }
};

}  // namespace mqrig::auth
