#pragma once

#include <mqrig/cli/options.hpp>
#include <mqrig/cli/toml_section.hpp>

namespace mqrig::cli {

/// The keys of a table as the options of a command: a key is the long name of an option, and has
/// the values, the defaults and the checks of it. Hidden options can't be set. The environment says
/// nothing here. Keys that are no options are left to TomlSection::finish(). Throws UsageError that
/// names file, line and key.
Options read_toml_options(TomlSection& section, const CommandSpec& command);

}  // namespace mqrig::cli
