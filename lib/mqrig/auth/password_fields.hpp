// The fields of "$FORM$ITERATIONS$SALT$...". Private to this room.
#pragma once

#include <optional>
#include <string_view>

namespace mqrig::auth {

// Takes the text up to the next '$', and that, away from `rest`.
std::string_view take_field(std::string_view& rest);

// Empty unless it is 1 to max_iterations.
std::optional<unsigned> parse_iterations(std::string_view digits);

}  // namespace mqrig::auth
