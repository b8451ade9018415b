// UTF-8 as MQTT wants it, section 1.5.4.
#pragma once

#include <string_view>

#include <mqrig/wire/fault.hpp>

namespace mqrig::wire {

// Well-formed per RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. U+0000 is
// well-formed here.
bool is_utf8(std::string_view text) noexcept;

// A UTF-8 Encoded String of MQTT: well-formed [MQTT-1.5.4-1] and without U+0000 [MQTT-1.5.4-2];
// U+FEFF is kept [MQTT-1.5.4-3]. The length limit of 65,535 bytes is the encoding's.
Fault check_utf8_string(std::string_view text) noexcept;

}  // namespace mqrig::wire
