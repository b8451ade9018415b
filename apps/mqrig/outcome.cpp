#include "outcome.hpp"

#include <cstdio>
#include <mqrig/session/error.hpp>

namespace mqrig {

cli::ExitCode exit_code(const client::Failure& failure, bool connected) {
  switch (failure.kind) {
    case client::FailureKind::unreachable:
      return connected ? cli::ExitCode::disconnected : cli::ExitCode::connect;
    case client::FailureKind::tls:
      return cli::ExitCode::tls;
    case client::FailureKind::not_authorised:
      return cli::ExitCode::not_authorised;
    case client::FailureKind::refused:
      return cli::ExitCode::connect;
    case client::FailureKind::disconnected:
      return cli::ExitCode::disconnected;
    case client::FailureKind::protocol:
      return cli::ExitCode::protocol;
    case client::FailureKind::timed_out:
      return connected ? cli::ExitCode::disconnected : cli::ExitCode::connect;
    case client::FailureKind::input:
      return cli::ExitCode::input;
  }
  return cli::ExitCode::failed;
}

cli::ExitCode exit_code_of_signal(int signal) {
  return static_cast<cli::ExitCode>(128 + signal);
}

std::string describe(wire::ReasonCode reason, wire::PacketType packet,
                     wire::Properties properties) {
  char code[8];
  std::snprintf(code, sizeof code, "0x%02X", static_cast<unsigned>(reason));
  std::string text(wire::name(reason, packet));
  text += " (" + std::string(code) + ")";
  if (const auto said = properties.text(wire::PropertyId::reason_string); said && !said->empty()) {
    text += ": ";
    text += *said;
  }
  return text;
}

std::string describe(std::error_code error, const session::Limits& broker) {
  if (error.category() != session::error_category()) return error.message();
  switch (static_cast<session::Error>(error.value())) {
    case session::Error::packet_too_large:
      return "larger than the broker's maximum packet size of " +
             std::to_string(broker.maximum_packet_size) + " bytes";
    case session::Error::qos_not_supported:
      return "the broker takes no more than QoS " +
             std::to_string(static_cast<unsigned>(broker.maximum_qos));
    case session::Error::retain_not_supported:
      return "the broker does not retain messages";
    case session::Error::topic_alias_invalid:
      return broker.topic_alias_maximum == 0 ? "the broker takes no topic aliases"
                                             : "the broker takes topic aliases from 1 to " +
                                                   std::to_string(broker.topic_alias_maximum);
    default:
      return error.message();
  }
}

std::string describe_retry(const client::Failure& failure, std::chrono::milliseconds retry) {
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.1f s", static_cast<double>(retry.count()) / 1000);
  return failure.text + "; trying again in " + seconds;
}

std::string describe_loss(const client::Failure& failure, std::chrono::milliseconds retry) {
  return "connection lost: " + describe_retry(failure, retry);
}

std::string describe_connection(const client::Client& client) {
  return client.broker() + " by MQTT " + std::string(wire::name(client.version()));
}

}  // namespace mqrig
