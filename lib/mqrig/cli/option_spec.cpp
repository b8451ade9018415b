#include <mqrig/cli/option_spec.hpp>

namespace mqrig::cli {

const OptionSpec* find_option(const CommandSpec& command, std::string_view long_name) {
  for (const OptionGroup* group : command.groups) {
    for (const OptionSpec& option : group->options) {
      if (option.long_name == long_name) return &option;
    }
  }
  return nullptr;
}

}  // namespace mqrig::cli
