#pragma once

#include <mqrig/cli/option_spec.hpp>
#include <mqrig/cli/options.hpp>

#include "settings.hpp"

namespace mqrig::sub {

/// The group "Acknowledgement" of the options: the spool, too.
extern const cli::OptionGroup spool_group;

/// When messages are acknowledged, and where they wait. Behind the connection, whose session a
/// spool keeps. Throws cli::UsageError for what does not go together.
void read_spool_settings(const cli::Options& options, Settings& into);

}  // namespace mqrig::sub
