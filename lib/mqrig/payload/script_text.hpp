// Text on its way into and out of the JavaScript engine. Internal to this room.
#pragma once

#include <string>
#include <string_view>

namespace mqrig::payload {

// The engine's strings end at a zero byte; it writes U+0000 as C0 80. Replaces `out`.
void to_script(std::string_view utf8, std::string& out);

// What is valid UTF-8 is kept. The engine writes characters above U+FFFF as two surrogates of three
// bytes each where a script or JSON spelled them so: they become one character; half a pair and
// other bytes that are not UTF-8 become U+FFFD. Replaces `out`.
void from_script(std::string_view text, std::string& out);

}  // namespace mqrig::payload
