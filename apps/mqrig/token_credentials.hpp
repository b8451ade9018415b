#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mqrig/auth/token_source.hpp>
#include <mqrig/client/credentials.hpp>
#include <optional>
#include <string>

namespace asio {
class io_context;
}

namespace mqrig {

/// Where in a connection a token goes.
struct TokenPlacement {
  enum class Place : std::uint8_t {
    password,
    user_name,
    authentication,     ///< 5.0: authentication data
    web_socket_header,  ///< "Authorization: Bearer …"
  };
  Place place = Place::password;
  std::string authentication_method;  ///< of `authentication`
};

/// Asks a source of tokens, which may block, on a thread of its own. A token whose end is known is
/// to be renewed when 80 % of its life are over.
//
/// Belongs to the thread of its io_context, and must be destroyed before it. cancel() and
/// destruction have the source stop; destruction waits until it has.
class TokenCredentials final : public client::CredentialSource {
 public:
  TokenCredentials(asio::io_context& context, std::unique_ptr<auth::TokenSource> source,
                   TokenPlacement placement);
  ~TokenCredentials() override;

  void get(Callback callback) override;
  void cancel() override;
  void refused() override;

 private:
  class Worker;
  struct Request;

  asio::io_context& context_;
  std::shared_ptr<Request> request_;  ///< the last one; null if it was cancelled
  std::unique_ptr<Worker> worker_;
  bool refused_ = false;  ///< what was given last
};

/// When to have another one than this: 80 % of its life after it was issued, or of what is left of
/// it when that is over. Nothing if its end is not known. Both times are those of now.
std::optional<std::chrono::steady_clock::time_point> renewal_time(
    const auth::Token& token, std::chrono::system_clock::time_point now,
    std::chrono::steady_clock::time_point steady_now);

}  // namespace mqrig
