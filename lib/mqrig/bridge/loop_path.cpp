#include <mqrig/bridge/loop_path.hpp>

#include <algorithm>

namespace mqrig::bridge {

namespace {

// Takes the next name off; empty when there is none.
std::string_view take_name(std::string_view& rest) noexcept {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const std::string_view name = rest.substr(0, rest.find(' '));
  rest.remove_prefix(name.size());
  return name;
}

}  // namespace

void LoopPath::read(const wire::Properties& properties) {
  text_.clear();
  for (const wire::Property& property : properties) {
    if (property.id == wire::PropertyId::user_property && property.key == path_key) {
      append(property.text);
    }
  }
}

bool LoopPath::contains(std::string_view broker) const noexcept {
  std::string_view rest = text_;
  for (auto name = take_name(rest); !name.empty(); name = take_name(rest)) {
    if (name == broker) return true;
  }
  return false;
}

std::size_t LoopPath::size() const noexcept {
  std::string_view rest = text_;
  std::size_t count = 0;
  while (!take_name(rest).empty()) ++count;
  return count;
}

void LoopPath::append(std::string_view broker) {
  if (!text_.empty()) text_ += ' ';
  text_ += broker;
}

}  // namespace mqrig::bridge
