#include <mqrig/cli/toml_options.hpp>

#include <mqrig/cli/config_value.hpp>
#include <mqrig/cli/resolve.hpp>

namespace mqrig::cli {

Options read_toml_options(TomlSection& section, const CommandSpec& command) {
  ConfigFile config;
  for_each_option(command, [&](const OptionSpec& option) {
    if (option.hidden) return;
    const TomlValue* value = section.find(option.long_name);
    if (!value) return;
    std::string where = std::string(section.file()) + ":" + std::to_string(value->line);
    std::vector<std::string> values = config_values(*value, option, where);
    config.entries.push_back({&option, std::move(values), std::move(where)});
  });
  const char* const no_environment[] = {nullptr};
  return resolve(command, {}, no_environment, config);
}

}  // namespace mqrig::cli
