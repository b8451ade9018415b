#include "mosquitto_import.hpp"

#include <deque>
#include <filesystem>
#include <mqrig/cli/toml_text.hpp>

#include "../input_file.hpp"
#include "mosquitto_conf.hpp"
#include "mosquitto_link.hpp"
#include "mosquitto_listener.hpp"
#include "toml_tree.hpp"

namespace mqrig::bridge_command {
namespace {

/// What the file says of the broker as a whole, the last line counts.
ConfLine last_line(const std::vector<ConfLine>& lines, std::string_view key) {
  ConfLine last;
  for (const ConfLine& line : lines) {
    if (line.key == key) last = line;
  }
  return last;
}

/// mosquitto keeps what waits in its own database, where it has one.
void add_spool(const std::vector<ConfLine>& lines, cli::TomlValue& top) {
  if (is_true(last_line(lines, "persistence"))) {
    const std::filesystem::path folder(last_line(lines, "persistence_location").value);
    cli::TomlValue spool = toml_word("spool", (folder / "mqrig-bridge.spool").string());
    spool.comment = "As persistence true: what waits is kept on the disk.";
    top.items.push_back(std::move(spool));
    return;
  }
  top.comment += "\nspool = \"FILE\" would keep what waits on the disk.";
}

void keep_names_apart(std::vector<cli::TomlValue>& links) {
  for (std::size_t i = 0; i < links.size(); ++i) {
    std::string& name = links[i].items.front().text;
    const std::string wanted = name;
    for (std::size_t j = 0, number = 2; j < i;) {
      const bool taken = links[j].items.front().text == name;
      j = taken ? 0 : j + 1;
      if (taken) name = wanted + "-" + std::to_string(number++);
    }
  }
}

}  // namespace

Imported import_mosquitto(const std::string& path) {
  const std::vector<ConfLine> lines = read_mosquitto_conf(path);
  const bool queue_qos_0 = is_true(last_line(lines, "queue_qos0_messages"));
  std::vector<ConfLine> of_broker;
  std::deque<MosquittoLink> links;
  for (const ConfLine& line : lines) {
    if (line.key == "connection") {
      links.emplace_back(line, queue_qos_0);
    } else if (links.empty() || !links.back().add(line)) {
      of_broker.push_back(line);
    }
  }
  if (links.empty()) throw InputError("'" + path + "' has no bridge: no line 'connection NAME'");
  cli::TomlValue top = toml_table({});
  top.comment =
      "The bridges of " + path + ": mqrig bridge run FILE\nStop those of mosquitto first.";
  add_spool(of_broker, top);
  Imported imported;
  std::vector<cli::TomlValue> tables;
  for (MosquittoLink& link : links) {
    tables.push_back(link.take(local_url(of_broker)));
    const auto& warnings = link.warnings();
    imported.warnings.insert(imported.warnings.end(), warnings.begin(), warnings.end());
  }
  keep_names_apart(tables);
  top.items.push_back(toml_tables("link", std::move(tables)));
  imported.toml = cli::toml_text(top);
  return imported;
}

}  // namespace mqrig::bridge_command
