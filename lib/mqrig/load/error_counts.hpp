// Every error of a load test, by kind and code.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <system_error>

#include <mqrig/wire/reason_code.hpp>

namespace mqrig::load {

enum class ErrorKind : std::uint8_t {
  connect,     // no network connection; code: errno, or of net::Error
  connack,     // CONNACK with an error; code: reason code
  disconnect,  // DISCONNECT from the broker; code: reason code
  lost,        // the network connection ended; code: errno, 0 for its end in order
  timeout,     // silence: CONNACK, PINGRESP, acknowledgement
  protocol,    // the peer broke the protocol; code: reason code
  subscribe,   // SUBACK with an error; code: reason code
  publish,     // PUBACK or PUBREC with an error; code: reason code
  not_sent,    // the session did not take a message; code: of session::Error
  request,     // no response in time
  worker,      // a worker process ended; code: its exit code
  login,       // enhanced authentication failed on our side; no code, but a text
  token,       // none could be had; no code, but a text
  tls,         // TLS failed, in the handshake or at once after it; no code, but a text
};

// Kept by the text that a person reads, "CONNACK: Not authorized (0x87)" or "connect: Connection
// refused", so that counts of other processes and of files add up without their codes. Bounded as
// long as the codes come from tables: kinds and codes are few. Counters::errors is total().
class ErrorCounts {
 public:
  // An error code of 0 is one without a cause to tell.
  void add(ErrorKind kind, std::error_code error, std::uint64_t count = 1);
  void add(ErrorKind kind, wire::ReasonCode reason, std::uint64_t count = 1);
  // What the code does not tell, as a clause. It has to be the same for the same fault.
  void add(ErrorKind kind, std::string_view cause, std::uint64_t count = 1);
  // As read back from a report.
  void add(std::string text, std::uint64_t count);
  void merge(const ErrorCounts& other);
  std::uint64_t count(ErrorKind kind, wire::ReasonCode reason) const;
  std::uint64_t count(ErrorKind kind) const;

  const std::map<std::string, std::uint64_t>& texts() const noexcept { return texts_; }
  std::uint64_t total() const noexcept { return total_; }
  bool empty() const noexcept { return total_ == 0; }

 private:
  std::map<std::string, std::uint64_t> texts_;
  std::uint64_t total_ = 0;
};

}  // namespace mqrig::load
