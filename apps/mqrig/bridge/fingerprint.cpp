#include "fingerprint.hpp"

namespace mqrig::bridge_command {

void Fingerprint::add(std::string_view table, const cli::Options& options) {
  add("table", table);
  for (const cli::Options::Setting& setting : options.settings()) {
    const cli::OptionSpec& option = *setting.option;
    if (setting.values.empty()) {
      if (!option.default_value.empty()) add(option.long_name, option.default_value);
    }
    for (const std::string& value : setting.values) add(option.long_name, value);
  }
}

void Fingerprint::add(std::string_view name, std::string_view value) {
  // With their sizes, so that no value looks like two.
  text_ += std::to_string(name.size()) + ":" + std::to_string(value.size()) + ":";
  text_.append(name).append(value);
}

}  // namespace mqrig::bridge_command
