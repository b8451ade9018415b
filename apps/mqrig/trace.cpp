#include "trace.hpp"

#include <mqrig/payload/packet_text.hpp>
#include <string>

namespace mqrig {

void trace(const cli::Diagnostic& diagnostic, client::Direction direction, wire::Version version,
           wire::ByteView packet) {
  std::string line = direction == client::Direction::sent ? "sent " : "received ";
  payload::append_packet_text(line, version, packet);
  diagnostic.debug(line);
}

void trace(const cli::Diagnostic& diagnostic, const std::vector<std::string>& facts) {
  for (const std::string& fact : facts) diagnostic.debug("* " + fact);
}

}  // namespace mqrig
