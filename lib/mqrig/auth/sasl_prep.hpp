#pragma once

#include <cstdint>
#include <mqrig/auth/secret.hpp>
#include <optional>
#include <string_view>

namespace mqrig::auth {

// A name or password in the one form of several that look alike (SASLprep, RFC 4013). Empty for
// text that is not UTF-8 or holds characters that are not allowed there, such as control
// characters. Text that is `stored`, to be compared with later, holds no characters that Unicode
// 3.2 has not assigned either.
enum class Prepared : std::uint8_t { query, stored };
std::optional<Secret> sasl_prep(std::string_view text, Prepared as);

}  // namespace mqrig::auth
