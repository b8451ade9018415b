#pragma once

#include <mqrig/cli/config_file.hpp>
#include <mqrig/cli/options.hpp>
#include <mqrig/cli/parse.hpp>

namespace mqrig::cli {

/// Merges the sources: flag over environment over configuration file over default. Checks every
/// value, and the sets of options that exclude each other. `environment` is an array such as
/// environ(7), ended by a null pointer. Throws UsageError that names the source of the fault.
Options resolve(const CommandSpec& command, const CommandLine& line, const char* const* environment,
                const ConfigFile& config);

}  // namespace mqrig::cli
