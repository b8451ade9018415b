#pragma once

#include <mqrig/cli/option_spec.hpp>
#include <span>
#include <string_view>

/// Every key of a bridge file, with its help: what the reader knows, what mqrig.toml(5) explains
/// and what the options of `mqrig bridge` are made of.

namespace mqrig::bridge_command {

/// One kind of table. Its keys are long names of options; hidden ones are none.
struct KeyTable {
  std::string_view title;   ///< For the manual: "Link".
  std::string_view header;  ///< As it is written: "[[link]]"; empty for the top of the file.
  std::string_view text;    ///< What it is: paragraphs for the manual.
  const cli::CommandSpec& (*keys)();
};

/// In the order of the manual.
std::span<const KeyTable> key_tables();

const cli::CommandSpec& top_keys();
const cli::CommandSpec& link_keys();
const cli::CommandSpec& limit_keys();
/// Of [link.local] and [link.remote]: what the shared groups of options say about connection and
/// session, and what is a broker's in a bridge. All that read_client_options() asks for is there;
/// what the bridge decides by itself is hidden.
const cli::CommandSpec& side_keys();
const cli::CommandSpec& rule_keys();
const cli::CommandSpec& batch_keys();
/// Without user-property, which is a table of its own.
const cli::CommandSpec& property_keys();

}  // namespace mqrig::bridge_command
