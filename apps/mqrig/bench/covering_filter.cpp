#include "scenarios.hpp"

namespace mqrig::bench {
namespace {

/// The placeholder that starts the text, or nothing: "{rand}", "%s". "{{", "}}" and "%%" are none.
std::string_view placeholder(std::string_view text) {
  if (text.size() < 2 || text[1] == text[0]) return {};
  if (text[0] == '{') return text.substr(0, text.find('}') + 1);
  return text[0] == '%' ? text.substr(0, 2) : std::string_view();
}

bool varies(std::string_view level, bool keep_client) {
  while (!level.empty()) {
    const std::string_view found = placeholder(level);
    const bool client = found == "{client}" || found.starts_with("{client:") || found == "%i";
    if (!found.empty() && !(client && keep_client)) return true;
    const bool doubled =
        level.size() > 1 && level[1] == level[0] && (level[0] == '{' || level[0] == '%');
    level.remove_prefix(!found.empty() ? found.size() : doubled ? 2 : 1);
  }
  return false;
}

}  // namespace

std::string covering_filter(std::string_view topic, bool keep_client) {
  std::string filter;
  for (;;) {
    const std::string_view level = topic.substr(0, topic.find('/'));
    filter += varies(level, keep_client) ? "+" : level;
    if (level.size() == topic.size()) return filter;
    filter += '/';
    topic.remove_prefix(level.size() + 1);
  }
}

}  // namespace mqrig::bench
