#include <mqrig/cli/diagnostic.hpp>

#include <mqrig/cli/write_all.hpp>

namespace mqrig::cli {
namespace {

void append_hex(std::string& line, unsigned char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  line += "\\x";
  line += digits[byte >> 4];
  line += digits[byte & 15];
}

}  // namespace

void append_printable(std::string& line, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters too, and some terminals obey them.
    const bool c1 = byte == 0xC2 && i + 1 < text.size() &&
                    static_cast<unsigned char>(text[i + 1]) >= 0x80 &&
                    static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte == '\n') {
      line += "\\n";
    } else if (byte == '\r') {
      line += "\\r";
    } else if (byte == '\t') {
      line += "\\t";
    } else if (c1) {
      append_hex(line, byte);
      append_hex(line, static_cast<unsigned char>(text[++i]));
    } else if (byte < 0x20 || byte == 0x7F) {
      append_hex(line, byte);
    } else {
      line += text[i];
    }
  }
}

Diagnostic::Diagnostic(std::string prefix, ColourMode colour, bool quiet, int descriptor)
    : prefix_(std::move(prefix)),
      descriptor_(descriptor),
      colour_(use_colour(descriptor, colour)),
      quiet_(quiet) {}

Diagnostic::Diagnostic(const Options& options)
    : Diagnostic("mqrig " + std::string(options.command().name), colour_mode(options.text("color")),
                 options.flag("quiet")) {
  debugging_ = find_option(options.command(), "debug") != nullptr && options.flag("debug");
}

void Diagnostic::error(std::string_view text) const {
  line("error: ", "\x1b[1;31m", text);
}

void Diagnostic::warning(std::string_view text) const {
  if (!quiet_) line("warning: ", "\x1b[1;33m", text);
}

void Diagnostic::notice(std::string_view text) const {
  if (!quiet_) line("", "", text);
}

void Diagnostic::debug(std::string_view text) const {
  if (debugging_) line("debug: ", "\x1b[2m", text);
}

void Diagnostic::line(std::string_view label, std::string_view colour,
                      std::string_view text) const {
  const bool coloured = colour_ && !colour.empty();
  std::string out = prefix_ + ": ";
  if (coloured) out += colour;
  out += label;
  if (coloured) out += "\x1b[0m";
  append_printable(out, text);
  out += '\n';
  write_all(descriptor_, out);  // If that fails, there is nowhere left to complain.
}

}  // namespace mqrig::cli
