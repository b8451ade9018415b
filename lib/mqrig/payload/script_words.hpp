// The words of a JavaScript text, without running it.
#pragma once

#include <string_view>

namespace mqrig::payload {

// Does a word of a loop (for, while, do) stand in it, other than in a text, behind a dot, or as the
// key of an object?
bool has_loop(std::string_view script) noexcept;

}  // namespace mqrig::payload
