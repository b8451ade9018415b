// The lines of a password file. Private to this room.
#pragma once

#include <string_view>

namespace mqrig::auth {

// "USER:HASH"; views into the line, without the blanks around them that mosquitto ignores too.
struct PasswordLine {
  bool is_comment = false;  // "#...", or nothing but blanks
  bool has_colon = false;   // without one it is neither of both
  std::string_view user;    // empty for a comment
  std::string_view hash;
};

PasswordLine split_password_line(std::string_view line);

// Takes the first line, without its end, away from `text`, which is not empty.
std::string_view take_line(std::string_view& text);

}  // namespace mqrig::auth
