// A CONNECT that is being decided upon.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <mqrig/auth/secret.hpp>
#include <mqrig/broker/session.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::broker {

// What of CONNECT is needed when its bytes are gone: a password is checked on another thread.
struct ConnectRequest {
  explicit ConnectRequest(const wire::Connect& connect);

  wire::Version version;
  bool bridge;
  bool clean_start;
  std::uint16_t keep_alive;
  std::string client_id;
  std::optional<std::string> user_name;
  auth::Secret password;
  std::unique_ptr<Will> will;
  std::uint32_t session_expiry = 0;  // as asked for, in every version
  bool wants_response_information = false;
  // Enhanced authentication: the method of CONNECT, and the data of the client's last packet, or of
  // CONNACK in the end.
  std::optional<std::string> authentication_method;
  std::optional<std::string> authentication_data;
  std::string address;                        // of the client, empty if it has none
  std::uint64_t login = 0;                    // the number of the check under way
  bool waiting = false;                       // the check is put off
  session::Time give_up_at = session::never;  // on waiting
};

}  // namespace mqrig::broker
