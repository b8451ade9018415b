#include <mqrig/wire/topic.hpp>

#include <algorithm>

#include <mqrig/wire/plain_text.hpp>
#include <mqrig/wire/utf8.hpp>

namespace mqrig::wire {

namespace {

constexpr std::size_t longest_topic = 65'535;
constexpr std::string_view share_prefix = "$share/";

// What names and filters have in common.
TopicError check_text(std::string_view topic) {
  if (topic.empty()) return TopicError::empty;
  if (topic.size() > longest_topic) return TopicError::too_long;
  switch (check_utf8_string(topic)) {
    case Fault::none:
      return TopicError::none;
    case Fault::null_character:
      return TopicError::null_character;
    default:
      return TopicError::not_utf8;
  }
}

TopicError check_wildcards(std::string_view filter) {
  if (has_no_wildcard(filter)) return TopicError::none;
  for (std::size_t at = filter.find_first_of("+#"); at != std::string_view::npos;
       at = filter.find_first_of("+#", at + 1)) {
    const bool last = at + 1 == filter.size();
    if (at > 0 && filter[at - 1] != '/') return TopicError::wildcard_in_level;
    if (filter[at] == '#' && !last) return TopicError::multi_level_not_last;
    if (!last && filter[at + 1] != '/') return TopicError::wildcard_in_level;
  }
  return TopicError::none;
}

}  // namespace

std::string_view text(TopicError error) noexcept {
  switch (error) {
    case TopicError::none:
      return "no error";
    case TopicError::empty:
      return "it is empty";
    case TopicError::too_long:
      return "it is longer than 65,535 bytes";
    case TopicError::not_utf8:
      return "it is not well-formed UTF-8";
    case TopicError::null_character:
      return "it contains the null character";
    case TopicError::wildcard_in_name:
      return "a topic to publish to cannot contain '+' or '#'";
    case TopicError::multi_level_not_last:
      return "'#' must be the last character";
    case TopicError::wildcard_in_level:
      return "'+' and '#' must stand alone between slashes";
    case TopicError::share_name_empty:
      return "the share name in $share/NAME/FILTER is empty";
    case TopicError::share_name_wildcard:
      return "a share name cannot contain '+' or '#'";
    case TopicError::share_without_filter:
      return "a shared subscription needs a filter: $share/NAME/FILTER";
  }
  return "unknown error";
}

TopicError check_topic_name(std::string_view topic) noexcept {
  if (const TopicError error = check_text(topic); error != TopicError::none) return error;
  return has_no_wildcard(topic) ? TopicError::none : TopicError::wildcard_in_name;
}

TopicError check_topic_filter(std::string_view filter) noexcept {
  if (const TopicError error = check_text(filter); error != TopicError::none) return error;
  if (!is_shared(filter)) return check_wildcards(filter);
  const std::string_view tail = filter.substr(share_prefix.size());
  const std::size_t name_size = std::min(tail.find('/'), tail.size());
  if (name_size == 0) return TopicError::share_name_empty;
  if (!has_no_wildcard(tail.substr(0, name_size))) return TopicError::share_name_wildcard;
  if (tail.size() <= name_size + 1) return TopicError::share_without_filter;
  return check_wildcards(tail.substr(name_size + 1));
}

bool is_shared(std::string_view filter) noexcept {
  return filter.starts_with(share_prefix);
}

std::string_view filter_of(std::string_view filter) noexcept {
  if (!is_shared(filter)) return filter;
  const std::size_t slash = filter.find('/', share_prefix.size());
  return slash == std::string_view::npos ? std::string_view() : filter.substr(slash + 1);
}

bool matches(std::string_view filter, std::string_view topic) noexcept {
  if (topic.starts_with('$') && (filter.starts_with('#') || filter.starts_with('+'))) return false;
  std::size_t t = 0;
  for (std::size_t f = 0; f < filter.size(); ++f) {
    if (filter[f] == '#') return true;
    if (filter[f] == '+') {
      t = std::min(topic.find('/', t), topic.size());
    } else if (t < topic.size() && filter[f] == topic[t]) {
      ++t;
    } else {
      // "a/#" matches its parent "a" too, section 4.7.1.2.
      return t == topic.size() && filter.substr(f) == "/#";
    }
  }
  return t == topic.size();
}

}  // namespace mqrig::wire
