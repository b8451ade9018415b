#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace mqrig::pub {

/// Numbers as they are kept in a spool, behind the digit of their format.
std::string position_text(char format, std::initializer_list<std::uint64_t> numbers);

/// False for what position_text() did not make of that format and so many numbers.
bool parse_position(std::string_view text, char format,
                    std::initializer_list<std::uint64_t*> numbers);

}  // namespace mqrig::pub
