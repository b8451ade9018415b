#pragma once

#include <string_view>

namespace mqrig::cli {

/// Writes the text to a descriptor, in one write(2) if that takes all of it. False if it could not;
/// then errno says why.
bool write_all(int descriptor, std::string_view text);

}  // namespace mqrig::cli
