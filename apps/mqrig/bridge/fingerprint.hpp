#pragma once

#include <mqrig/cli/options.hpp>
#include <string>
#include <string_view>

namespace mqrig::bridge_command {

/// The text of everything that is in effect for a link, passwords included: two links of the same
/// text are the same. It stays in memory and is shown to nobody.
class Fingerprint {
 public:
  /// All options of a table, defaults too: what was said and what would be the same unsaid are one.
  void add(std::string_view table, const cli::Options& options);
  void add(std::string_view name, std::string_view value);

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace mqrig::bridge_command
