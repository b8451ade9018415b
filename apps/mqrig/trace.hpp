#pragma once

#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/client/handler.hpp>
#include <mqrig/client/options.hpp>
#include <mqrig/payload/packet_text.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig {

/// Whether a user name is a JWT.
bool is_token(std::string_view user_name);

/// Which user names of a client with these options are not to be shown.
payload::IsSecret secret_user_names(const client::Options& client);

/// What --debug shows of a client: lines on standard error.
class Trace {
 public:
  /// `diagnostic` must outlive it.
  Trace(const cli::Diagnostic& diagnostic, const client::Options& client);

  /// From Handler::on_packet().
  void packet(client::Direction direction, wire::Version version, wire::ByteView packet) const;
  /// From Handler::on_transport(): a line for each.
  void facts(const std::vector<std::string>& facts) const;

 private:
  const cli::Diagnostic& diagnostic_;
  payload::IsSecret is_secret_;
};

}  // namespace mqrig
