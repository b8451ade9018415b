#include <mqrig/client/error.hpp>

#include <string>

namespace mqrig::client {

namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "mqtt client"; }
  std::string message(int value) const override {
    switch (static_cast<Error>(value)) {
      case Error::unreachable:
        return "no broker could be reached";
      case Error::tls:
        return "TLS could not be set up";
      case Error::not_authorised:
        return "the broker did not accept the credentials";
      case Error::refused:
        return "the broker refused the connection";
      case Error::disconnected:
        return "the broker ended the connection";
      case Error::protocol:
        return "the peer broke the protocol";
      case Error::timed_out:
        return "the broker fell silent";
      case Error::input:
        return "the credentials could not be read";
      case Error::aborted:
        return "the operation was aborted";
      case Error::not_taken:
        return "the broker answered with an error";
    }
    return "unknown client error";
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const Category category;
  return category;
}

std::error_code error_of(const Failure& failure) noexcept {
  const bool of_network =
      failure.kind == FailureKind::unreachable || failure.kind == FailureKind::tls;
  if (of_network && failure.error) return failure.error;
  return static_cast<Error>(static_cast<int>(failure.kind) + 1);
}

}  // namespace mqrig::client
