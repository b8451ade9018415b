// Error codes of the asynchronous operations.
#pragma once

#include <system_error>

#include <mqrig/client/failure.hpp>

namespace mqrig::client {

// Why an operation of AsyncClient failed. Errors of session::Error, and of the network, come as
// they are.
enum class Error {
  unreachable = 1,  // one per FailureKind
  tls,
  not_authorised,
  refused,
  disconnected,
  protocol,
  timed_out,
  input,
  aborted,    // the client was destroyed, disconnected, or the operation cancelled
  not_taken,  // the broker answered a publish, subscribe or unsubscribe with an error; see the
              // reason code
};

const std::error_category& error_category() noexcept;
inline std::error_code make_error_code(Error error) noexcept {
  return {static_cast<int>(error), error_category()};
}

// The error of a failure: the network's own code where there is one.
std::error_code error_of(const Failure& failure) noexcept;

}  // namespace mqrig::client

template <>
struct std::is_error_code_enum<mqrig::client::Error> : std::true_type {};
