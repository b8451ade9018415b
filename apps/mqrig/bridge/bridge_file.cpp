#include "bridge_file.hpp"

#include <algorithm>
#include <mqrig/cli/toml_options.hpp>
#include <mqrig/cli/toml_section.hpp>
#include <mqrig/cli/usage_error.hpp>

#include "../input_file.hpp"
#include "../listen_url.hpp"
#include "file_keys.hpp"
#include "link_reader.hpp"

namespace mqrig::bridge_command {
namespace {

constexpr std::size_t largest_file = 64 * 1024 * 1024;

void read_metrics(cli::TomlSection& section, const cli::Options& options, BridgeFile& into) {
  if (!options.has("metrics")) return;
  std::string error;
  into.metrics = parse_listen_address(options.text("metrics"), error);
  if (!error.empty()) {
    section.fault(*section.find("metrics"),
                  "'" + std::string(options.text("metrics")) + "': " + error);
  }
}

}  // namespace

BridgeFile read_bridge(const cli::TomlValue& root, std::string_view name) {
  cli::TomlSection section(root, name);
  const cli::Options options = cli::read_toml_options(section, top_keys());
  BridgeFile file;
  file.settings.spool_path = options.text("spool");
  read_metrics(section, options, file);
  for (cli::TomlSection& one : section.tables("link")) {
    bridge::LinkSettings link = read_link(one, file.settings.spool_path);
    const auto same_name = [&](const bridge::LinkSettings& other) {
      return other.name == link.name;
    };
    if (std::any_of(file.settings.links.begin(), file.settings.links.end(), same_name)) {
      one.fault(*one.find("name"), "there is a link '" + link.name + "' already");
    }
    file.settings.links.push_back(std::move(link));
    file.places.push_back(one.place());
  }
  section.finish();
  if (file.settings.links.empty()) {
    throw cli::UsageError(std::string(name) + ": there is no [[link]]");
  }
  return file;
}

BridgeFile load_bridge(const std::string& path) {
  return read_bridge(cli::read_toml(read_file(path, largest_file), path), path);
}

}  // namespace mqrig::bridge_command
