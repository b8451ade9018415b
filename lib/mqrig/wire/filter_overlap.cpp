#include <mqrig/wire/filter_overlap.hpp>

namespace mqrig::wire {

namespace {

// Takes the first level off. What is left of the last level is a null view.
std::string_view take_level(std::string_view& rest) noexcept {
  const std::size_t size = rest.find('/');
  const std::string_view level = rest.substr(0, size);
  rest = size != std::string_view::npos ? rest.substr(size + 1) : std::string_view();
  return level;
}

bool ended(std::string_view rest) noexcept {
  return rest.data() == nullptr;
}

bool begins_with_wildcard(std::string_view filter) noexcept {
  return filter.starts_with('+') || filter.starts_with('#');
}

// Topics that begin with '$' match no filter that begins with a wildcard [MQTT-4.7.2-1].
bool kept_apart(std::string_view one, std::string_view other) noexcept {
  return (one.starts_with('$') && begins_with_wildcard(other)) ||
         (other.starts_with('$') && begins_with_wildcard(one));
}

}  // namespace

bool overlap(std::string_view one, std::string_view other) noexcept {
  if (kept_apart(one, other)) return false;
  while (!ended(one) && !ended(other)) {
    const std::string_view level = take_level(one);
    const std::string_view other_level = take_level(other);
    if (level == "#" || other_level == "#") return true;
    if (level != other_level && level != "+" && other_level != "+") return false;
  }
  // "a/#" matches its parent "a" too, section 4.7.1.2.
  return (ended(one) || one == "#") && (ended(other) || other == "#");
}

bool covers(std::string_view outer, std::string_view filter) noexcept {
  if (kept_apart(outer, filter)) return false;
  while (!ended(outer) && !ended(filter)) {
    const std::string_view outer_level = take_level(outer);
    const std::string_view level = take_level(filter);
    if (outer_level == "#") return true;
    if (level == "#" || (outer_level != level && outer_level != "+")) return false;
  }
  return ended(filter) && (ended(outer) || outer == "#");
}

}  // namespace mqrig::wire
