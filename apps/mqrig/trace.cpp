#include "trace.hpp"

#include <mqrig/auth/jwt.hpp>

namespace mqrig {

bool is_token(std::string_view user_name) {
  return auth::read_jwt_claims(user_name).has_value();
}

payload::IsSecret secret_user_names(const client::Options& client) {
  if (client.secret_user_name) return [](std::string_view) { return true; };
  return is_token;
}

Trace::Trace(const cli::Diagnostic& diagnostic, const client::Options& client)
    : diagnostic_(diagnostic), is_secret_(secret_user_names(client)) {}

void Trace::packet(client::Direction direction, wire::Version version,
                   wire::ByteView packet) const {
  std::string line = direction == client::Direction::sent ? "sent " : "received ";
  payload::append_packet_text(line, version, packet, is_secret_);
  diagnostic_.debug(line);
}

void Trace::facts(const std::vector<std::string>& facts) const {
  for (const std::string& fact : facts) diagnostic_.debug("* " + fact);
}

}  // namespace mqrig
