// What every HTML page of a report carries along.
#pragma once

#include <string_view>

namespace mqrig::load {

// Neither holds characters that HTML or XML would take for markup.
std::string_view style_sheet() noexcept;

// Shows the values under the pointer, or of the point that arrow keys go to, beside a chart.
std::string_view script() noexcept;
// Base64 of the SHA-256 of script(), by which the page's policy allows it and nothing else.
std::string_view script_hash() noexcept;

}  // namespace mqrig::load
