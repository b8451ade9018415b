#include "connect_text.hpp"

#include <mqrig/cli/usage_error.hpp>
#include <mqrig/wire/utf8.hpp>

namespace mqrig {

std::string checked_text(const cli::Options& options, std::string_view name) {
  const std::string_view text = options.text(name);
  if (text.size() > 65'535) {
    throw cli::UsageError(options.label(name) + ": longer than 65535 bytes");
  }
  if (wire::check_utf8_string(text) != wire::Fault::none) {
    throw cli::UsageError(options.label(name) + ": not valid UTF-8 text");
  }
  return std::string(text);
}

}  // namespace mqrig
