#include "typed_file.hpp"

#include <algorithm>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/toml_text.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/net/url.hpp>

#include "toml_tree.hpp"
#include "typed_options.hpp"

namespace mqrig::bridge_command {
namespace {

using cli::TomlValue;
using cli::UsageError;
using cli::ValueKind;
using Kind = TomlValue::Kind;

TomlValue table(std::string key, std::string origin) {
  TomlValue value = toml_table(std::move(key));
  value.origin = std::move(origin);
  return value;
}

Kind kind_of(const cli::OptionSpec& option, std::string_view text) {
  if (option.kind == ValueKind::flag) return Kind::flag;
  const bool whole = text.find_first_not_of("0123456789") == std::string_view::npos;
  return option.kind == ValueKind::integer && whole ? Kind::number : Kind::text;
}

TomlValue value_of(const cli::Options::Setting& setting, std::string_view key) {
  const cli::OptionSpec& option = *setting.option;
  const std::string& last = setting.values.back();
  TomlValue value = option.repeatable ? toml_words(std::string(key), setting.values)
                                      : toml_scalar(std::string(key), kind_of(option, last), last);
  value.origin = cli::option_label(option);
  return value;
}

/// What goes into a file name or a metric without a second thought.
std::string plain(std::string text) {
  for (char& c : text) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-';
    if (!kept) c = '_';
  }
  return text;
}

std::string broker_in_name(const cli::Options& options, std::string_view option) {
  const net::UrlResult result = net::parse_url(options.text(option));
  if (!result.error.empty()) {
    throw UsageError("--" + std::string(option) + ": broker URL: " + result.error);
  }
  const net::Url& url = result.url;
  if (url.scheme == net::Scheme::unix_socket) return plain(url.path);
  return plain(url.host) + "_" + std::to_string(url.port);
}

void need_both_brokers(const cli::Options& options) {
  for (const std::string_view option : {"from", "to"}) {
    if (options.has(option)) continue;
    throw UsageError("--" + std::string(option) +
                     " is missing: a bridge joins two brokers, --from URL and --to URL (or: mqrig "
                     "bridge run FILE)");
  }
  if (!options.has("topic")) {
    throw UsageError("no topics to pass on: give -t/--topic, such as -t 'sensors/#'");
  }
}

const cli::Options::Setting& setting_of(const cli::Options& options, std::string_view name) {
  const cli::OptionSpec* option = cli::find_option(options.command(), name);
  const auto settings = options.settings();
  return *std::find_if(settings.begin(), settings.end(),
                       [&](const cli::Options::Setting& one) { return one.option == option; });
}

/// The tables of one link while they are filled.
struct Tables {
  TomlValue top = table({}, "mqrig bridge");
  TomlValue link = table("link", "mqrig bridge");
  TomlValue limits = table("limits", "--limit");
  TomlValue local = table("local", "--from");
  TomlValue remote = table("remote", "--to");
  TomlValue rule = table("rule", "mqrig bridge");
  TomlValue batch = table("batch", "--batch-count and --batch-linger");

  TomlValue& of(Table which) {
    TomlValue* const all[] = {&top, &link, &limits, &local, &remote, &rule, &batch};
    return *all[static_cast<std::size_t>(which)];
  }

  TomlValue put_together() && {
    if (!batch.items.empty()) rule.items.push_back(std::move(batch));
    if (!limits.items.empty()) link.items.push_back(std::move(limits));
    link.items.push_back(std::move(local));
    link.items.push_back(std::move(remote));
    link.items.push_back(toml_tables("rule", {std::move(rule)}));
    top.items.push_back(toml_tables("link", {std::move(link)}));
    return std::move(top);
  }
};

/// The URL without ":password".
std::string without_password(const std::string& url, bool& left_out) {
  const std::size_t start = url.find("://") + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", start), url.size());
  const std::size_t at = url.rfind('@', end == 0 ? 0 : end - 1);
  const std::size_t colon = url.find(':', start);
  if (at == std::string::npos || at < start || colon >= at) return url;
  left_out = true;
  return url.substr(0, colon) + url.substr(at);
}

void hide_passwords(TomlValue& value, bool& left_out) {
  for (TomlValue& item : value.items) hide_passwords(item, left_out);
  const bool proxy = value.key == "proxy";
  if ((value.key != "url" && !proxy) || value.kind != Kind::text) return;
  bool here = false;
  value.text = without_password(value.text, here);
  const std::string name = proxy ? "proxy-password" : "password";
  if (here) {
    value.comment =
        "Its password is not shown: give it with " + name + "-file or " + name + "-env.";
  }
  left_out |= here;
}

}  // namespace

TomlValue typed_file(const cli::Options& options) {
  need_both_brokers(options);
  Tables tables;
  if (!options.has("name")) {
    const std::string name = broker_in_name(options, "from") + "-" + broker_in_name(options, "to");
    tables.link.items.push_back(toml_word("name", name));
  }
  const std::string_view direction = options.text("direction");
  for (const TypedOption& typed : typed_options()) {
    if (!options.has(typed.option)) continue;
    TomlValue value = value_of(setting_of(options, typed.option), typed.key);
    if (typed.option == "share") {
      if (direction != "out") tables.remote.items.push_back(value);
      if (direction == "in") continue;
    }
    tables.of(typed.table).items.push_back(std::move(value));
  }
  return std::move(tables).put_together();
}

std::string print_typed_file(TomlValue file, bool& left_out) {
  hide_passwords(file, left_out);
  file.comment = "A bridge: mqrig bridge run FILE";
  return cli::toml_text(file);
}

}  // namespace mqrig::bridge_command
