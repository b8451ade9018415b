#pragma once

#include <chrono>
#include <mqrig/cli/exit_code.hpp>
#include <mqrig/client/client.hpp>
#include <mqrig/client/failure.hpp>
#include <mqrig/session/limits.hpp>
#include <mqrig/wire/property.hpp>
#include <mqrig/wire/reason_code.hpp>
#include <mqrig/wire/types.hpp>
#include <string>
#include <system_error>

/// What to say about the end of things, and how to exit. Texts are clauses without a final stop,
/// for cli::Diagnostic. A message or subscription that the broker does not take is
/// ExitCode::refused, whatever the reason.

namespace mqrig {

/// How a run ends that the client gave up. `connected` says whether a connection ever stood: a peer
/// that was silent from the start could not be connected to.
cli::ExitCode exit_code(const client::Failure& failure, bool connected);

/// How a run ends that a signal cut short: 130, 143, …
cli::ExitCode exit_code_of_signal(int signal);

/// A reason code, with the broker's reason string if it sent one: "Not authorized (0x87): no
/// writers here".
std::string describe(wire::ReasonCode reason, wire::PacketType packet, wire::Properties properties);

/// Why the client did not take a request (session::Error): "larger than the 100 bytes that the
/// broker takes".
std::string describe(std::error_code error, const session::Limits& broker);

/// "…; trying again in 1.5 s".
std::string describe_retry(const client::Failure& failure, std::chrono::milliseconds retry);

/// "connection lost: …; trying again in 1.5 s".
std::string describe_loss(const client::Failure& failure, std::chrono::milliseconds retry);

/// The broker of a connection that stands, and the version agreed upon: "localhost:1883 by MQTT
/// 5.0".
std::string describe_connection(const client::Client& client);

}  // namespace mqrig
