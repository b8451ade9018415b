#include <mqrig/cli/terminal.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace mqrig::cli {

ColourMode colour_mode(std::string_view word) {
  if (word == "always") return ColourMode::always;
  if (word == "never") return ColourMode::never;
  return ColourMode::automatic;
}

bool use_colour(int descriptor, ColourMode mode) {
  if (mode != ColourMode::automatic) return mode == ColourMode::always;
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color && *no_color) return false;
  const char* term = std::getenv("TERM");
  if (!term || !*term || std::string_view(term) == "dumb") return false;
  return isatty(descriptor) == 1;
}

bool utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (!value || !*value) continue;  // As setlocale(3) does it: the first that is set decides.
    const std::string_view locale(value);
    for (const std::string_view codeset : {".UTF-8", ".utf8", ".UTF8", ".utf-8"}) {
      if (locale.find(codeset) != locale.npos) return true;
    }
    return false;
  }
  return false;
}

std::size_t terminal_width(int descriptor, std::size_t otherwise) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return otherwise;
  return size.ws_col;
}

}  // namespace mqrig::cli
