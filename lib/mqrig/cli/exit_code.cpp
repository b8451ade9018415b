#include <mqrig/cli/exit_code.hpp>

namespace mqrig::cli {
namespace {

constexpr ExitCodeText table[] = {
    {ExitCode::ok, "ok", "Done; also when the reader of standard output closed the pipe"},
    {ExitCode::failed, "failed", "Failed for a reason that has no code of its own"},
    {ExitCode::usage, "usage", "Wrong usage: an option, a value, or the configuration file"},
    {ExitCode::connect, "connect",
     "Could not connect: unknown name, connection refused, time-out, proxy; could not listen"},
    {ExitCode::tls, "tls", "The TLS handshake failed; keys or certificates that cannot be used"},
    {ExitCode::not_authorised, "not_authorised", "The broker refused the credentials"},
    {ExitCode::refused, "refused", "The broker refused a message or a subscription"},
    {ExitCode::timeout, "timeout", "A time-out that the user set has passed"},
    {ExitCode::disconnected, "disconnected", "The broker ended the connection"},
    {ExitCode::protocol, "protocol", "The peer broke the protocol, or speaks no MQTT"},
    {ExitCode::input, "input", "Input or a payload could not be read or decoded"},
    {ExitCode::verification, "verification",
     "A verification failed: a threshold or a guarantee was missed"},
};

}  // namespace

std::span<const ExitCodeText> exit_codes() {
  return table;
}

}  // namespace mqrig::cli
