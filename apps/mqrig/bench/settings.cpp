#include "settings.hpp"

#include <algorithm>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/cli/value.hpp>
#include <mqrig/load/source_addresses.hpp>
#include <mqrig/wire/topic.hpp>
#include <utility>

#include "../client_options.hpp"
#include "../input_file.hpp"
#include "../listen_url.hpp"
#include "../property_options.hpp"
#include "../transport_options.hpp"
#include "load_values.hpp"
#include "publish_options.hpp"
#include "scenario_file.hpp"
#include "scenarios.hpp"
#include "start_time.hpp"

namespace mqrig::bench {
namespace {

using cli::UsageError;

constexpr std::size_t largest_scenario_file = 64 * 1024 * 1024;
constexpr std::uint32_t most_shards = 100'000;

std::string label(const cli::Options& options, std::string_view name) {
  return cli::option_label(*cli::find_option(options.command(), name));
}

[[noreturn]] void invalid(const cli::Options& options, std::string_view name,
                          const std::string& expected) {
  throw UsageError(label(options, name) + ": invalid value '" + std::string(options.text(name)) +
                   "': " + expected);
}

void read_files(const cli::Options& options, BenchSettings& into) {
  for (const std::string_view file : options.list("file")) into.files.emplace_back(file);
  const std::size_t count = into.files.size();
  if (into.kind == ScenarioKind::file && count != 1) {
    throw UsageError("bench run takes one scenario file, and " + std::to_string(count) +
                     " are given");
  }
  if (into.kind == ScenarioKind::compare && count != 2) {
    throw UsageError("bench compare takes two reports, and " + std::to_string(count) +
                     " are given");
  }
  if (into.kind == ScenarioKind::merge && count == 0) {
    throw UsageError("bench merge takes one report or more, and none is given");
  }
}

/// A port alone is a broker of this machine.
bool names_broker(const cli::Options& options) {
  return options.has("url") || options.has("host") || options.has("unix") || options.has("port");
}

void read_source_addresses(const cli::Options& options, std::vector<std::string>& into) {
  std::string list;
  for (const std::string_view part : options.list("bind")) {
    list.append(list.empty() ? "" : ",").append(part);
  }
  if (list.empty()) return;
  load::SourceAddresses read = load::parse_source_addresses(list);
  if (!read.error.empty()) throw UsageError(label(options, "bind") + ": " + read.error);
  into = std::move(read.addresses);
}

void read_connection(const cli::Options& options, BenchSettings& into, std::string& url_topic) {
  ClientOptions shared = read_client_options(options, version_5_options());
  into.connection = std::move(shared.client);
  into.connection.bind_address.clear();
  into.embedded = !names_broker(options);
  if (into.embedded) leave_transport_out(options, into.connection);
  if (options.flag("srv")) {
    throw UsageError(
        label(options, "srv") +
        " is not for bench, whose clients share brokers that are known: name them with " +
        label(options, "host"));
  }
  url_topic = std::move(shared.topic);
  read_source_addresses(options, into.bind);
  if (into.embedded && !into.bind.empty() && options.source("bind") == cli::Source::flag) {
    throw UsageError(label(options, "bind") +
                     " is for a broker beyond a network: name one, with --host or a URL");
  }
}

/// -D publish in scenarios that publish nothing.
void refuse_message_properties(const cli::Options& options) {
  if (!read_properties(options, "publish", wire::PropertyContext::publish, {}).empty()) {
    throw UsageError(label(options, "property") + " publish means nothing in bench " +
                     std::string(options.text("scenario")));
  }
}

/// For messages.
std::string shown_name(const std::string& path) {
  return path == "-" ? "standard input" : path;
}

load::Scenario read_scenario_file(const cli::Options& options, const std::string& path) {
  const std::string name = shown_name(path);
  load::Scenario scenario = parse_scenario(read_file(path, largest_scenario_file), name);
  const std::string_view user_name = options.text("username");
  const bool each_its_own = user_name.find_first_of("{%") != user_name.npos;
  for (load::Group& group : scenario.groups) {
    if (each_its_own && !group.user_name) group.user_name = user_name;
    if (options.has("id")) group.client_id = options.text("id");
    if (options.has("id-prefix")) {
      group.client_id = std::string(options.text("id-prefix")) + "{group}-{client}";
    }
    if (group.will && !options.has("will-topic")) {
      throw UsageError(name + ": group '" + group.name +
                       "' wants a will: give --will-topic and what belongs to it");
    }
  }
  if (options.has("connect-timeout")) {
    scenario.connect_timeout = options.duration("connect-timeout");
  }
  if (options.has("verify")) {
    scenario.verify = *find_word(verify_words, options.text("verify"));
  }
  for (const std::string_view list : options.list("slo")) scenario.slo.emplace_back(list);
  return scenario;
}

void read_scenario(const cli::Options& options, const std::string& url_topic, BenchSettings& into) {
  if (into.kind == ScenarioKind::file) {
    if (!url_topic.empty()) throw UsageError("broker URL: the topics of bench run are in its file");
    into.scenario = read_scenario_file(options, into.files.front());
  } else {
    into.scenario = read_scenario(options, into.kind, url_topic);
  }
  const bool publishes = std::any_of(into.scenario.groups.begin(), into.scenario.groups.end(),
                                     [](const load::Group& group) { return !!group.publish; });
  if (!publishes || into.kind == ScenarioKind::file) refuse_message_properties(options);
  const bool receives =
      std::any_of(into.scenario.groups.begin(), into.scenario.groups.end(),
                  [](const load::Group& group) { return !group.subscribe.empty(); });
  if (into.embedded && receives && !publishes && !options.flag("print-scenario")) {
    throw UsageError(
        "nobody publishes to a broker of this run's own: name one, with --host or a URL");
  }
  const std::string error = load::check(into.scenario);
  if (!error.empty()) {
    throw UsageError(into.kind == ScenarioKind::file ? shown_name(into.files.front()) + ": " + error
                                                     : error);
  }
}

void read_find_max(const cli::Options& options, BenchSettings& into) {
  if (!options.flag("find-max")) {
    for (const std::string_view option : {"find-from", "find-to", "step-duration"}) {
      if (options.source(option) != cli::Source::flag) continue;
      throw UsageError(label(options, option) + " needs --find-max");
    }
    return;
  }
  if (into.shards > 1) {
    throw UsageError("--find-max does not go with --shard: each machine would search for itself");
  }
  FindMaxSettings& search = into.find_max.emplace();
  search.from = options.number("find-from");
  search.to = options.number("find-to");
  search.step = options.duration("step-duration");
  if (search.from >= search.to) throw UsageError("--find-from: not below --find-to");
  if (search.step.count() == 0) throw UsageError("--step-duration: give a time above zero");
  if (into.scenario.slo.empty()) {
    throw UsageError("--find-max needs --slo: the objectives that the highest rate is to meet");
  }
  const bool open = std::any_of(
      into.scenario.groups.begin(), into.scenario.groups.end(),
      [](const load::Group& group) { return group.publish && group.publish->rate > 0; });
  if (!open) throw UsageError("--find-max needs a group with a rate in the scenario file");
}

void read_shard(const cli::Options& options, BenchSettings& into) {
  if (!options.has("shard")) return;
  const std::string_view text = options.text("shard");
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto shard = cli::parse_integer(text.substr(0, slash));
  const auto shards = cli::parse_integer(text.substr(std::min(slash + 1, text.size())));
  if (!shard || !shards || *shard < 1 || *shards < *shard || *shards > most_shards) {
    invalid(options, "shard", "expected I/N, such as 2/3, with I from 1 to N");
  }
  into.shard = static_cast<std::uint32_t>(*shard);
  into.shards = static_cast<std::uint32_t>(*shards);
}

void read_start(const cli::Options& options, BenchSettings& into) {
  if (options.has("start-at")) {
    into.start_at = parse_start_time(options.text("start-at"), std::chrono::system_clock::now());
    if (!into.start_at) {
      invalid(options, "start-at",
              "expected a time such as 2026-01-31T12:00:00Z, seconds since 1970, or +30s");
    }
  }
  into.start_on = options.text("start-on");
  into.start_text = std::string(options.text("start-at")) + into.start_on;
  if (!into.start_on.empty()) {
    const wire::TopicError error = wire::check_topic_name(into.start_on);
    if (error != wire::TopicError::none) {
      invalid(options, "start-on", "invalid topic: " + std::string(wire::text(error)));
    }
  }
  for (const std::string_view option : {"shard", "start-on"}) {
    if (!into.embedded || !options.has(option)) continue;
    throw UsageError(label(options, option) +
                     " needs a broker that others reach: name one, with --host or a URL");
  }
}

void read_outputs(const cli::Options& options, OutputSettings& into) {
  std::string_view on_standard_output;
  for (const auto& [option, path] : {std::pair("json", &into.json), std::pair("csv", &into.csv),
                                     std::pair("hdr", &into.hdr), std::pair("html", &into.html)}) {
    *path = options.text(option);
    if (*path != "-") continue;
    if (!on_standard_output.empty()) {
      throw UsageError(label(options, on_standard_output) + " and " + label(options, option) +
                       " can't both go to standard output");
    }
    on_standard_output = option;
  }
  if (options.has("metrics")) {
    std::string error;
    into.metrics = parse_listen_address(options.text("metrics"), error);
    if (!error.empty()) invalid(options, "metrics", error);
  }
  into.interval = options.duration("interval");
  if (into.interval.count() == 0) throw UsageError("--interval: give a time above zero");
  into.live = options.flag("live");
  into.plain = options.flag("plain");
}

void read_tolerance(const cli::Options& options, BenchSettings& into) {
  const auto share = parse_share(options.text("tolerance"));
  if (!share) invalid(options, "tolerance", "expected a share such as 5% or 0.05");
  into.tolerance = *share;
}

}  // namespace

BenchSettings read_settings(const cli::Options& options) {
  BenchSettings settings;
  settings.kind = read_scenario_kind(options);
  read_files(options, settings);
  read_outputs(options, settings.output);
  if (is_offline(settings.kind)) {
    read_tolerance(options, settings);
    for (const std::string_view list : options.list("slo"))
      settings.scenario.slo.emplace_back(list);
    return settings;
  }
  settings.print_scenario = options.flag("print-scenario");
  settings.threads = static_cast<unsigned>(options.integer("threads"));
  settings.workers = static_cast<unsigned>(options.integer("workers"));
  if (settings.kind == ScenarioKind::sub) {
    settings.receive_limit = static_cast<std::uint64_t>(options.integer("count"));
  }
  std::string url_topic;
  read_connection(options, settings, url_topic);
  read_shard(options, settings);
  read_start(options, settings);
  read_scenario(options, url_topic, settings);
  read_find_max(options, settings);
  return settings;
}

}  // namespace mqrig::bench
