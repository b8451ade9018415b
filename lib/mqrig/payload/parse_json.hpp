// JSON (RFC 8259) taken apart by nlohmann/json, with values as slices of the text.
//
// A slice keeps what a parsed value would lose: 1.0, -0, 12345678901234567890, white space, the
// order of keys and those that appear twice.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace mqrig::payload {

// A member of an object, or an element of a list.
struct JsonChild {
  const std::string& key;  // without escapes; empty in a list
  std::string_view json;   // the value as it stands
  std::string* text;       // what a string says, free to be moved from; null for any other value

  bool is_object() const noexcept { return json.front() == '{'; }
  bool is_list() const noexcept { return json.front() == '['; }
};

// Gives the children of the object or the list that `json` is, one after the other; a text that is
// neither has none. Stops where `visit` returns false.
//
// False where it was stopped, with an empty `problem`, and where the text is not JSON: `problem`
// then says what is wrong where, such as "unexpected end of input; expected '}' at byte 27". The
// children before that place have been given; a number among them has what stands directly behind
// it too. Strings must be UTF-8 without half surrogate pairs, numbers finite as a double.
bool visit_json(std::string_view json, const std::function<bool(const JsonChild&)>& visit,
                std::string& problem);

// How deep a value may nest to be embedded in a line of ours: jq 1.6 fails beyond 255 levels in
// all.
inline constexpr std::size_t max_embedded_depth = 250;

// True for exactly one value that can be embedded, with white space around it: valid UTF-8 without
// a byte order mark, not nested deeper, each number finite as a double.
bool is_embeddable_json(std::string_view text, std::size_t max_depth = max_embedded_depth);

}  // namespace mqrig::payload
