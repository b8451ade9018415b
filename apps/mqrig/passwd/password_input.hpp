#pragma once

#include <string>
#include <string_view>

namespace mqrig::passwd {

/// The password that a person types, or else the first line of standard input without its end.
/// `twice`: a person has to repeat it, because nothing shows what was typed. Throws InputError when
/// there is none, when it is empty or longer than a CONNECT packet can hold, or not repeated.
std::string read_password(std::string_view user, bool twice);

}  // namespace mqrig::passwd
