#include "log.hpp"

#include <mqrig/payload/packet_text.hpp>

#include "../trace.hpp"

namespace mqrig::broker_command {
namespace {

/// "1 client", "2 clients".
std::string counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace

Log::Log(const cli::Diagnostic& diagnostic, unsigned worker)
    : diagnostic_(diagnostic),
      prefix_(worker == 0 ? "" : "worker " + std::to_string(worker) + ": ") {}

void Log::on_packet(std::string_view client, broker::Direction direction, wire::Version version,
                    wire::ByteView packet) {
  std::string line = prefix_;
  line += direction == broker::Direction::sent ? "sent to " : "received from ";
  line += client;
  line += ": ";
  payload::append_packet_text(line, version, packet, is_token);
  diagnostic_.debug(line);
}

std::string status_line(const broker::Statistics& statistics) {
  return counted(statistics.clients_now, "client") + " of " +
         counted(statistics.sessions_now, "session") + ", " +
         counted(statistics.subscriptions_now, "subscription") + ", " +
         std::to_string(statistics.retained_now) + " retained, " +
         std::to_string(statistics.queued_now) +
         " queued; messages: " + std::to_string(statistics.publish_received) + " received, " +
         std::to_string(statistics.publish_sent) + " sent, " +
         std::to_string(statistics.dropped()) + " dropped";
}

}  // namespace mqrig::broker_command
