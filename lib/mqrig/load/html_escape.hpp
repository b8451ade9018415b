// Text of others in an HTML page.
#pragma once

#include <string>
#include <string_view>

namespace mqrig::load {

// Appends `text` so that it is text inside an element and inside a quoted attribute: characters of
// markup are escaped, control characters other than line end and tab, and bytes that are not UTF-8,
// are U+FFFD. Characters that change the direction of what follows are U+FFFD too: a topic must not
// rearrange the numbers beside it.
void append_escaped_html(std::string& out, std::string_view text);

std::string escaped_html(std::string_view text);

}  // namespace mqrig::load
