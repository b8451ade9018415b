#pragma once

#include <cstdint>
#include <mqrig/cli/options.hpp>
#include <mqrig/cli/terminal.hpp>
#include <string>
#include <string_view>

namespace mqrig::cli {

/// The one place that writes to standard error: "mqrig pub: error: <text>", one write(2) a line.
/// Control characters in a text (it may quote a broker) are shown escaped, so that they can't steer
/// the terminal. Errors are always shown; `quiet` hides the rest.
class Diagnostic {
 public:
  /// `prefix` is "mqrig" or "mqrig pub"; `descriptor` is where to write.
  Diagnostic(std::string prefix, ColourMode colour, bool quiet, int descriptor = 2);

  /// For a command: reads --quiet, --color and, if it has that, --debug.
  explicit Diagnostic(const Options& options);

  void error(std::string_view text) const;
  void warning(std::string_view text) const;
  /// Something worth knowing that is no fault: "connection lost, trying again in 2 s".
  void notice(std::string_view text) const;
  /// Shown with --debug only, and then even with --quiet.
  void debug(std::string_view text) const;

  /// True if debug() shows anything: ask before building an expensive text.
  bool debugging() const { return debugging_; }

 private:
  void line(std::string_view label, std::string_view colour, std::string_view text) const;

  std::string prefix_;
  int descriptor_;
  bool colour_;
  bool quiet_;
  bool debugging_ = false;
};

/// Appends a text with control characters as \xNN, or \n, \r, \t.
void append_printable(std::string& line, std::string_view text);

}  // namespace mqrig::cli
