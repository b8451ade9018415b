#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mqrig::cli {

enum class ColourMode : std::uint8_t { automatic, always, never };

/// Reads "auto", "always", "never"; anything else is automatic.
ColourMode colour_mode(std::string_view word);

/// Whether to write colour to this descriptor. Automatic means: it is a terminal, NO_COLOR is
/// unset or empty, and TERM is set and not "dumb".
bool use_colour(int descriptor, ColourMode mode);

/// Whether the locale of the environment (LC_ALL, LC_CTYPE, LANG) writes UTF-8, so that block
/// characters can be shown.
bool utf8_locale();

/// Columns of the terminal behind this descriptor; `otherwise` if it is none.
std::size_t terminal_width(int descriptor, std::size_t otherwise);

}  // namespace mqrig::cli
