#include "run_description.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <mqrig/load/clock.hpp>
#include <mqrig/load/quantity_text.hpp>
#include <mqrig/load/slo.hpp>
#include <mqrig/net/host_port.hpp>
#include <random>

#include "scenario_file.hpp"

namespace mqrig::bench {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

std::string loop_text(const BenchSettings& settings, const load::Plan& plan) {
  double rate = 0;
  std::uint32_t window = 0;
  bool publishes = false;
  bool acknowledged = false;
  for (const load::GroupPlan& group : plan.groups) {
    if (!group.publish) continue;
    publishes = true;
    const load::PublishSettings& publish = *group.settings->publish;
    rate += publish.rate;
    acknowledged = acknowledged || publish.qos[1] + publish.qos[2] != 0;
    window = std::max<std::uint32_t>(window, publish.request
                                                 ? std::max<std::uint32_t>(publish.inflight, 1)
                                                 : group.session.exchange.window);
  }
  if (!publishes) return {};
  if (settings.find_max) return "open loop, a search for the highest rate";
  if (rate > 0) return "open loop, " + load::rate_text(rate);
  if (!acknowledged) return "closed loop, as fast as the network takes it";
  return "closed loop, " + std::to_string(window) + " in flight per client";
}

/// What arrives was stamped by somebody else then, perhaps on another machine.
bool only_receives(const load::Scenario& scenario) {
  return std::none_of(scenario.groups.begin(), scenario.groups.end(),
                      [](const load::Group& group) { return group.publish.has_value(); }) &&
         std::any_of(scenario.groups.begin(), scenario.groups.end(),
                     [](const load::Group& group) { return !group.subscribe.empty(); });
}

/// The same on every machine that runs the same command.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char letter : text) {
    hash = (hash ^ static_cast<std::uint8_t>(letter)) * 1'099'511'628'211U;
  }
  return hash ^ hash >> 32;
}

}  // namespace

std::string broker_text(const client::Broker& broker) {
  return broker.unix_path.empty() ? net::join_host_port(broker.host, broker.port)
                                  : "unix " + broker.unix_path;
}

std::uint64_t run_identifier(const BenchSettings& settings) {
  if (settings.shards > 1) {
    // What earlier runs of the same scenario have left on the broker is not ours.
    return hash_of(print_scenario(settings.scenario) + settings.start_text);
  }
  std::random_device device("getentropy");
  return std::uint64_t{device()} << 32U | device();
}

void describe_run(load::Report& report, const BenchSettings& settings, const load::Plan& plan) {
  report.version = MQRIG_VERSION;
  std::array<char, 17> run_id{};
  std::snprintf(run_id.data(), run_id.size(), "%016llx",
                static_cast<unsigned long long>(plan.settings.run));
  report.run_id = run_id.data();
  report.scenario_name = settings.scenario.name;
  report.scenario_text = print_scenario(settings.scenario);
  report.host = host_name();
  report.shard = settings.shard;
  report.shards = settings.shards;
  report.loop_text = loop_text(settings, plan);
  report.clock = load::read_clock_note();
  report.clock.one_machine = settings.shards == 1 && !only_receives(settings.scenario);
  for (const std::string& text : settings.scenario.slo) {
    load::parse_objectives(text, report.objectives);
  }
}

bool exchanges_messages(const load::Scenario& scenario) {
  const auto publishes = [](const load::Group& group) { return group.publish.has_value(); };
  const auto receives = [](const load::Group& group) {
    return !group.subscribe.empty() || group.respond;
  };
  return std::any_of(scenario.groups.begin(), scenario.groups.end(), publishes) &&
         std::any_of(scenario.groups.begin(), scenario.groups.end(), receives);
}

bool is_numeric(const std::string& host) {
  return host.find(':') != std::string::npos ||
         host.find_first_not_of("0123456789.") == std::string::npos;
}

std::string step_text(const load::CurvePoint& point) {
  std::string text = load::rate_text(point.rate) + ": ";
  text += point.met ? "met" : "missed: " + point.failed;
  if (point.p99 != 0) text += ", p99 " + load::duration_text(static_cast<double>(point.p99));
  return text;
}

}  // namespace mqrig::bench
