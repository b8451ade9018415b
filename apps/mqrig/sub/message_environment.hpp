#pragma once

#include <mqrig/cli/options.hpp>
#include <mqrig/wire/packets.hpp>
#include <string>
#include <vector>

namespace mqrig::sub {

/// The environment of a command: that of this process without its secrets, and the message in
/// variables that begin with MQRIG_MESSAGE_. Their names differ from those of options, so that a
/// `mqrig pub` in the command is not steered by the message.
///
/// Texts of MQTT hold no NUL [MQTT-1.5.4-2], and Correlation Data is in base64: every value fits.
class MessageEnvironment {
 public:
  /// Takes over `inherited` (as `environ`) but passwords and tokens, wherever the options may find
  /// them, and the message of a command that this process is itself.
  MessageEnvironment(const cli::Options& options, const char* const* inherited);

  /// "NAME=value" each. `attempt` counts from 1.
  std::vector<std::string> variables(const wire::Publish& message, unsigned attempt) const;

 private:
  std::vector<std::string> inherited_;
};

/// MQRIG_MESSAGE_USER_PROPERTY_ and the key in capitals; what is no ASCII letter or digit is _.
std::string user_property_variable(std::string_view key);

}  // namespace mqrig::sub
