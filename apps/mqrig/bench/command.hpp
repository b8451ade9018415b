#pragma once

#include <mqrig/cli/exit_code.hpp>
#include <mqrig/cli/option_spec.hpp>
#include <mqrig/cli/options.hpp>

namespace mqrig::bench {

/// The options and the documentation of `mqrig bench`.
const cli::CommandSpec& command();

/// Groups of options of its own, in the order of the documentation.
extern const cli::OptionGroup scenario_group;
extern const cli::OptionGroup clients_group;
extern const cli::OptionGroup pace_group;
extern const cli::OptionGroup message_group;
extern const cli::OptionGroup message_properties_group;
extern const cli::OptionGroup any_property_group;
extern const cli::OptionGroup processes_group;
extern const cli::OptionGroup objectives_group;
extern const cli::OptionGroup output_group;

/// Sets of options that exclude each other.
extern const cli::Exclusive one_subscriber_count;
extern const cli::Exclusive one_connect_pace;
extern const cli::Exclusive one_pace;
extern const cli::Exclusive one_payload;
extern const cli::Exclusive one_start;

/// Runs a load test, or works with the reports of earlier ones. May throw cli::UsageError and
/// InputError before it connects.
cli::ExitCode run(const cli::Options& options);

}  // namespace mqrig::bench
