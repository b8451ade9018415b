#include <mqrig/load/scenario_difference.hpp>

#include <string_view>

namespace mqrig::load {
namespace {

std::string_view take_line(std::string_view& text) noexcept {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return line;
}

std::string quoted(std::string_view line) {
  return line.empty() ? "nothing" : "\"" + std::string(line) + "\"";
}

}  // namespace

std::string scenario_difference(const Report& one, const Report& other) {
  std::string_view left = one.scenario_text;
  std::string_view right = other.scenario_text;
  while (!left.empty() || !right.empty()) {
    const std::string_view left_line = take_line(left);
    const std::string_view right_line = take_line(right);
    if (left_line != right_line) return quoted(left_line) + " and " + quoted(right_line);
  }
  return {};
}

}  // namespace mqrig::load
