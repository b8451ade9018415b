// JSON that is trusted with a decision. Private to this room.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace mqrig::auth {

// The object that `text` is. Refused is what two readers may understand differently: an object with
// one key twice, text that is not UTF-8, anything behind the object; and what nests deeper than
// anybody writes. Not an object then: discarded, and `fault` is a clause about "it".
nlohmann::json parse_strict_object(std::string_view text, std::string& fault);

// The member if it is there, else null.
const nlohmann::json* find_member(const nlohmann::json& object, const char* name);

// A text of somebody else within a message: in quotes, of a bounded length, nothing but visible
// ASCII characters.
std::string shown(std::string_view text);

}  // namespace mqrig::auth
