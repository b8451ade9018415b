#pragma once

#include <mqrig/cli/option_spec.hpp>
#include <span>
#include <string_view>

/// The options of `mqrig bridge` for one link, made of the keys of the bridge file: what is said
/// about a key there is said once.

namespace mqrig::bridge_command {

/// Which key of the file an option is.
enum class Table : std::uint8_t { top, link, limits, local, remote, rule, batch };

struct TypedOption {
  std::string_view option;  ///< Its long name.
  Table table;
  std::string_view key;
};

/// In the order of the file.
std::span<const TypedOption> typed_options();

/// The same, for the documentation: messages, link, local broker, remote broker.
std::span<const cli::OptionGroup* const> typed_groups();

}  // namespace mqrig::bridge_command
