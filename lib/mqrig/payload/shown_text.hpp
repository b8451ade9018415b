// Input in an error message.
#pragma once

#include <string>
#include <string_view>

namespace mqrig::payload {

// The text as one short line of UTF-8: cut with "…" behind 40 bytes, control characters as blanks,
// bytes that are not UTF-8 as U+FFFD.
std::string shown_text(std::string_view text);

}  // namespace mqrig::payload
