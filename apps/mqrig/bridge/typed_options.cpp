#include "typed_options.hpp"

#include <array>
#include <deque>
#include <string>
#include <vector>

#include "file_keys.hpp"

namespace mqrig::bridge_command {
namespace {

using cli::OptionSpec;
using cli::ValueKind;

/// How the key of a file is called as an option, where that is not its table and its name.
struct Renamed {
  Table table;
  std::string_view key;
  std::string_view option;
  char short_name = '\0';
};
constexpr Renamed renamed[] = {
    {Table::local, "url", "from"},
    {Table::remote, "url", "to"},
    {Table::rule, "topics", "topic", 't'},
    {Table::rule, "qos", "qos", 'q'},
    {Table::rule, "remove-properties", "remove-property"},
    {Table::local, "share", "share"},
};

/// What stays in the file, besides secrets, which have no place on a command line: a URL names the
/// broker, and how it is spoken to.
struct Left {
  Table table;
  std::string_view key;
};
constexpr Left left_out[] = {
    {Table::link, "spool"},     {Table::local, "host"},     {Table::local, "port"},
    {Table::local, "unix"},     {Table::local, "property"}, {Table::local, "tls"},
    {Table::local, "ws"},       {Table::local, "ws-path"},  {Table::remote, "host"},
    {Table::remote, "port"},    {Table::remote, "unix"},    {Table::remote, "property"},
    {Table::remote, "share"},   {Table::remote, "tls"},     {Table::remote, "ws"},
    {Table::remote, "ws-path"},
};

struct OwnText {
  std::string_view option;
  std::string_view help;
  std::string_view details;
};
constexpr std::string_view url_details =
    "The form is mqtt://[user[:password]@]host[:port], mqtts:// for TLS, "
    "ws://[user[:password]@]host[:port][/path] and wss:// for a WebSocket, or unix:///path for a "
    "Unix socket. Reserved characters are percent-encoded (p%40ss). A password in it is wiped from "
    "the process list.";
constexpr OwnText own_texts[] = {
    {"from", "the local broker", url_details},
    {"to", "the remote broker", url_details},
    {"name", "name of the link",
     "Letters, digits, '_', '.' and '-'. It is part of client identifiers, of queues in the spool "
     "and of metrics. The default is made of the two brokers: two bridges between the same ones "
     "need a name each."},
};

constexpr std::string_view prefix(Table table) {
  switch (table) {
    case Table::limits:
      return "limit-";
    case Table::local:
      return "from-";
    case Table::remote:
      return "to-";
    case Table::batch:
      return "batch-";
    default:
      return "";
  }
}

/// Built once, when the command is asked for its options.
class Builder {
 public:
  Builder() {
    add(messages_, Table::rule, rule_keys());
    add(messages_, Table::batch, batch_keys());
    add(link_, Table::top, top_keys());
    add(link_, Table::link, link_keys());
    add(link_, Table::limits, limit_keys());
    add(local_, Table::local, side_keys());
    add(remote_, Table::remote, side_keys());
    all_ = {cli::OptionGroup{"Messages", messages_}, cli::OptionGroup{"Link", link_},
            cli::OptionGroup{"Local broker", local_}, cli::OptionGroup{"Remote broker", remote_}};
    for (std::size_t i = 0; i < all_.size(); ++i) groups_[i] = &all_[i];
  }
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  std::span<const TypedOption> typed() const { return typed_; }
  std::span<const cli::OptionGroup* const> groups() const { return groups_; }

 private:
  void add(std::vector<OptionSpec>& into, Table table, const cli::CommandSpec& keys) {
    cli::for_each_option(keys, [&](const OptionSpec& key) {
      if (key.hidden || key.kind == ValueKind::secret || is_left_out(table, key.long_name)) return;
      // That of the brokers that are subscribed at, whichever these are.
      (key.long_name == "share" ? link_ : into).push_back(option(table, key));
    });
  }

  static bool is_left_out(Table table, std::string_view key) {
    for (const Left& left : left_out) {
      if (left.table == table && left.key == key) return true;
    }
    return false;
  }

  OptionSpec option(Table table, const OptionSpec& key) {
    OptionSpec option = key;
    option.in_config = false;  // a bridge has a file of its own
    option.alias = {};         // which would be that of both brokers
    option.long_name = named(std::string(prefix(table)).append(key.long_name));
    if (!key.negated.empty()) option.negated = named("no-" + std::string(option.long_name));
    for (const Renamed& one : renamed) {
      if (one.table != table || one.key != key.long_name) continue;
      option.long_name = one.option;
      option.short_name = one.short_name;
    }
    for (const OwnText& own : own_texts) {
      if (own.option != option.long_name) continue;
      option.help = own.help;
      option.details = own.details;
    }
    typed_.push_back({option.long_name, table, key.long_name});
    return option;
  }

  std::string_view named(std::string name) { return names_.emplace_back(std::move(name)); }

  std::deque<std::string> names_;
  std::vector<TypedOption> typed_;
  std::vector<OptionSpec> messages_;
  std::vector<OptionSpec> link_;
  std::vector<OptionSpec> local_;
  std::vector<OptionSpec> remote_;
  std::array<cli::OptionGroup, 4> all_;
  std::array<const cli::OptionGroup*, 4> groups_;
};

const Builder& built() {
  static const Builder builder;
  return builder;
}

}  // namespace

std::span<const TypedOption> typed_options() {
  return built().typed();
}

std::span<const cli::OptionGroup* const> typed_groups() {
  return built().groups();
}

}  // namespace mqrig::bridge_command
