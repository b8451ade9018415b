#include "link_reader.hpp"

#include <mqrig/cli/toml_options.hpp>
#include <mqrig/cli/word.hpp>

#include "file_keys.hpp"
#include "fingerprint.hpp"
#include "rule_reader.hpp"
#include "side_reader.hpp"

namespace mqrig::bridge_command {
namespace {

using bridge::LinkSettings;
using bridge::Side;

constexpr cli::Word<bridge::FullPolicy> policy_words[] = {
    {"block", bridge::FullPolicy::block},
    {"drop-oldest", bridge::FullPolicy::drop_oldest},
    {"reject", bridge::FullPolicy::reject}};

constexpr std::string_view name_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

/// The only table of this name, or null.
std::optional<cli::TomlSection> only_table(cli::TomlSection& section, std::string_view key) {
  std::vector<cli::TomlSection> tables = section.tables(key);
  if (tables.empty()) return std::nullopt;
  if (tables.size() > 1) section.fault(*section.find(key), "stands there once");
  return std::move(tables[0]);
}

void read_name(cli::TomlSection& section, const cli::Options& options, LinkSettings& into) {
  if (!options.has("name")) section.fault(section.table(), "has no name");
  into.name = options.text("name");
  if (into.name.find_first_not_of(name_characters) != std::string::npos) {
    section.fault(*section.find("name"),
                  "'" + into.name + "': takes letters, digits, '_', '.' and '-'");
  }
}

void read_spool(cli::TomlSection& section, const cli::Options& options,
                const std::string& spool_path, LinkSettings& into) {
  into.spool = options.has("spool") ? options.flag("spool") : !spool_path.empty();
  if (into.spool && spool_path.empty()) {
    section.fault(*section.find("spool"),
                  "the file names no spool: give spool = \"FILE\" at its top");
  }
}

void read_limits(cli::TomlSection& link, Fingerprint& fingerprint, bridge::Limits& into) {
  std::optional<cli::TomlSection> section = only_table(link, "limits");
  if (!section) return;
  const cli::Options options = cli::read_toml_options(*section, limit_keys());
  section->finish();
  fingerprint.add("limits", options);
  into.bytes = static_cast<std::uint64_t>(options.integer("bytes"));
  into.messages = static_cast<std::uint64_t>(options.integer("messages"));
  into.age = options.duration("age");
  into.policy = *cli::find_word(policy_words, options.text("policy"));
}

void read_exchange(cli::TomlSection& section, const cli::Options& options, LinkSettings& into) {
  into.window = static_cast<std::uint16_t>(options.integer("window"));
  into.rate = options.number("rate");
  into.loop_prevention = options.flag("loop-prevention");
  if (options.has("max-hops")) into.max_hops = static_cast<unsigned>(options.integer("max-hops"));
  into.notification_topic = options.text("notification-topic");
  into.notify_remote = options.flag("notify-remote");
  into.status_topic = options.text("status-topic");
  into.status_interval = options.duration("status-interval");
  if (into.status_interval < std::chrono::milliseconds(10)) {
    section.fault(*section.find("status-interval"), "is 10ms at least");
  }
}

bridge::SideSettings read_broker(cli::TomlSection& link, Side side, const LinkSettings& settings,
                                 Fingerprint& fingerprint) {
  const std::string_view key = side == Side::local ? "local" : "remote";  // kept by the section
  std::optional<cli::TomlSection> section = only_table(link, key);
  if (!section) {
    const std::string name(key);
    link.fault(link.table(), "names no " + name + " broker: add [link." + name + "]");
  }
  return read_side(*section, side, settings, fingerprint);
}

}  // namespace

LinkSettings read_link(cli::TomlSection& section, const std::string& spool_path) {
  const cli::Options options = cli::read_toml_options(section, link_keys());
  // A key that is not known explains one that is missing.
  for (const std::string_view table : {"limits", "local", "remote", "rule"}) section.find(table);
  section.finish();
  LinkSettings link;
  read_name(section, options, link);
  read_spool(section, options, spool_path, link);
  read_exchange(section, options, link);
  Fingerprint fingerprint;
  fingerprint.add("link", options);
  fingerprint.add("spool", link.spool ? spool_path : std::string());
  read_limits(section, fingerprint, link.limits);
  link.local = read_broker(section, Side::local, link, fingerprint);
  link.remote = read_broker(section, Side::remote, link, fingerprint);
  for (cli::TomlSection& rule : section.tables("rule")) {
    link.rules.push_back(read_rule(rule, fingerprint));
  }
  if (link.rules.empty()) {
    section.fault(section.table(), "has no [[link.rule]]: nothing would go over it");
  }
  link.fingerprint = fingerprint.take();
  return link;
}

}  // namespace mqrig::bridge_command
