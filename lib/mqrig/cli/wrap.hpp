#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mqrig::cli {

/// Appends `text`, broken at blanks, to a line that stands at column `column`. Further lines start
/// after `indent` blanks. A word longer than the line stays whole. Ends with a line end.
void append_wrapped(std::string& out, std::string_view text, std::size_t column, std::size_t indent,
                    std::size_t width);

}  // namespace mqrig::cli
