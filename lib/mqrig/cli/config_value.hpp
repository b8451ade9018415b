#pragma once

#include <mqrig/cli/option_spec.hpp>
#include <mqrig/cli/toml_value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::cli {

/// What a key of a TOML text gives an option, each value as it would be typed; the words of a
/// property are joined by NUL. An array is for repeatable options. Whether the option accepts the
/// values is for resolve() to say. `where` is "config.toml:3". Throws UsageError.
std::vector<std::string> config_values(const TomlValue& value, const OptionSpec& option,
                                       std::string_view where);

}  // namespace mqrig::cli
