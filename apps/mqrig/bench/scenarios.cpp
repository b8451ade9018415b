#include "scenarios.hpp"

#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/usage_error.hpp>

#include "../client_options.hpp"
#include "load_values.hpp"
#include "publish_options.hpp"

namespace mqrig::bench {
namespace {

using cli::Source;
using cli::UsageError;

constexpr std::uint32_t usual_clients = 10;
constexpr std::uint32_t usual_connections = 100;
constexpr std::uint32_t usual_members = 2;  // of a shared group
constexpr std::uint64_t max_clients = 100'000'000;
constexpr std::chrono::seconds usual_duration{10};

/// Makes groups and phases of options.
class Builder {
 public:
  Builder(const cli::Options& options, ScenarioKind kind, const std::string& url_topic)
      : options_(options), kind_(kind), url_topic_(url_topic) {}

  load::Scenario build() {
    scenario_.name = name(kind_);
    scenario_.connect_timeout = options_.duration("connect-timeout");
    scenario_.drain_timeout = options_.duration("drain-timeout");
    if (suits("verify")) scenario_.verify = *find_word(verify_words, options_.text("verify"));
    for (const std::string_view list : options_.list("slo")) scenario_.slo.emplace_back(list);
    add_groups();
    spread_connects();
    add_phases();
    return std::move(scenario_);
  }

 private:
  bool suits(std::string_view option) const {
    return bench::suits(options_.command(), kind_, option);
  }

  std::string label(std::string_view option) const {
    return cli::option_label(*cli::find_option(options_.command(), option));
  }

  /// The count of an option that may be called --clients in this scenario, too.
  std::uint32_t main_count(std::string_view option, std::uint32_t otherwise) const {
    const Source own = options_.has(option) ? options_.source(option) : Source::none;
    const Source clients = options_.has("clients") ? options_.source("clients") : Source::none;
    if (own != Source::none && own == clients) {
      throw UsageError(label("clients") + " and " + label(option) + " are the same in bench " +
                       std::string(name(kind_)) + ": give one of them");
    }
    return own > clients ? count(option, otherwise) : count("clients", otherwise);
  }

  std::uint32_t count(std::string_view option, std::uint32_t otherwise) const {
    return options_.has(option) ? static_cast<std::uint32_t>(options_.integer(option)) : otherwise;
  }

  /// `what` is for a person.
  static std::uint32_t product(std::uint64_t a, std::uint64_t b, std::string_view what) {
    if (a * b <= max_clients) return static_cast<std::uint32_t>(a * b);
    throw UsageError(std::to_string(a * b) + " " + std::string(what) + " are more than the " +
                     std::to_string(max_clients) + " that a test may have");
  }

  void add_groups() {
    switch (kind_) {
      case ScenarioKind::pub:
        return add_publishers(main_count("publishers", usual_clients), "bench/{client}");
      case ScenarioKind::sub:
        return add_listeners();
      case ScenarioKind::conn:
        return add_connections();
      case ScenarioKind::pubsub:
        return add_pairs();
      case ScenarioKind::rr:
        return add_requests();
      case ScenarioKind::fanout:
        add_publishers(count("publishers", 1), "bench/fanout");
        return add_subscribers("subscribers", main_count("subscribers", usual_clients));
      case ScenarioKind::fanin:
        add_publishers(main_count("publishers", usual_clients), "bench/{client}");
        return add_subscribers("subscribers", count("subscribers", 1));
      case ScenarioKind::shared:
        return add_shared_groups();
      default:
        return;  // no scenario of options
    }
  }

  void add_listeners() {
    load::SubscribeSettings subscription;
    subscription.filter = topic("filter", "bench/#");
    subscription.qos = read_qos(options_, "qos", {1, 0, 0});
    subscription.share = options_.text("share");
    add_group("subscribers", main_count("subscribers", usual_clients))
        .subscribe.push_back(std::move(subscription));
  }

  void add_connections() {
    if (!url_topic_.empty()) throw UsageError("broker URL: bench conn has no topic");
    load::Group& group = add_group("clients", count("clients", usual_connections));
    if (options_.flag("storm")) {
      group.storm.interval = options_.duration("storm-interval");
      if (group.storm.interval.count() == 0) {
        throw UsageError("--storm-interval: give a time above zero");
      }
      if (options_.has("leave")) group.storm.leave = group.leave;
    } else if (options_.source("storm-interval") == Source::flag) {
      throw UsageError("--storm-interval needs --storm");
    }
  }

  void add_pairs() {
    const std::uint32_t publishers = main_count("publishers", usual_clients);
    const std::uint32_t subscribers =
        count("subscribers", product(publishers, count("subscribers-per-topic", 1), "subscribers"));
    add_publishers(publishers, "bench/{client}");
    add_subscribers("subscribers", subscribers);
    // More subscribers than topics begin with the first topic again.
    if (subscribers > publishers) scenario_.groups.back().subscribe[0].cycle = publishers;
  }

  void add_requests() {
    const std::uint32_t responders = count("subscribers", 1);
    add_publishers(main_count("publishers", usual_clients), "bench/request", "requesters");
    load::PublishSettings& requests = *scenario_.groups.back().publish;
    requests.request = true;
    if (options_.has("response-topic")) requests.response_topic = options_.text("response-topic");
    add_subscribers("responders", responders);
    load::Group& group = scenario_.groups.back();
    group.respond = true;
    // One responder sees all requests; several must share them, lest each is answered twice.
    if (responders > 1 && group.subscribe[0].share.empty()) group.subscribe[0].share = "bench";
  }

  void add_shared_groups() {
    const std::uint32_t groups = count("groups", 1);
    add_publishers(main_count("publishers", usual_clients), "bench/{client}");
    add_subscribers("members", product(groups, count("subscribers", usual_members), "subscribers"));
    load::SubscribeSettings& subscription = scenario_.groups.back().subscribe[0];
    subscription.cycle = groups;
    if (subscription.share.empty()) subscription.share = "bench-{client}";
    if (groups > 1 && subscription.share.find("{client") == std::string::npos &&
        subscription.share.find("%i") == std::string::npos) {
      throw UsageError("--share '" + subscription.share + "' is one group: " +
                       std::to_string(groups) + " need {client} in it, the number of each");
    }
  }

  void add_publishers(std::uint32_t clients, std::string_view usual_topic,
                      const char* group_name = "publishers") {
    load::PublishSettings publish;
    publish.topic = topic("topics", usual_topic);
    publish.payload = read_payload(options_);
    publish.properties = read_message_properties(options_);
    publish.qos = read_qos(options_, "qos", usual_qos());
    publish.retain = options_.flag("retain");
    publish.rate = rate(clients);
    publish.inflight = static_cast<std::uint16_t>(options_.integer("inflight"));
    publish.think = options_.duration("think");
    publish.count = static_cast<std::uint64_t>(options_.integer("count"));
    add_group(group_name, clients).publish = std::move(publish);
  }

  /// Of what the publishers, which are there already, send.
  void add_subscribers(const char* group_name, std::uint32_t clients) {
    const load::PublishSettings& publish = *scenario_.groups.front().publish;
    load::SubscribeSettings subscription;
    subscription.filter = suits("filter") && options_.has("filter")
                              ? std::string(options_.text("filter"))
                              : covering_filter(publish.topic, kind_ == ScenarioKind::pubsub);
    subscription.qos = read_qos(options_, "sub-qos", highest_qos(publish.qos));
    if (suits("share")) subscription.share = options_.text("share");
    add_group(group_name, clients).subscribe.push_back(std::move(subscription));
  }

  load::Group& add_group(const char* group_name, std::uint32_t clients) {
    load::Group& group = scenario_.groups.emplace_back();
    group.name = group_name;
    group.clients = clients;
    if (options_.has("id")) group.client_id = options_.text("id");
    if (options_.has("id-prefix")) {
      group.client_id = std::string(options_.text("id-prefix")) + "{group}-{client}";
    }
    read_group_options(options_, group);
    group.ramp = options_.duration("ramp");
    group.lifetime = options_.duration("lifetime");
    group.leave = options_.text("leave") == "unclean" ? load::Leave::unclean : load::Leave::clean;
    group.will = options_.has("will-topic");
    return group;
  }

  /// What a group may have for itself: in the scenario, so that a file holds it.
  static void read_group_options(const cli::Options& options, load::Group& group) {
    const std::string_view user_name = options.text("username");
    if (user_name.find_first_of("{%") != user_name.npos) group.user_name = user_name;
    group.version = version_asked_for(options);
    if (options.has("keepalive")) {
      group.keep_alive = static_cast<std::uint16_t>(options.integer("keepalive"));
    }
    if (options.has("disable-clean-session")) {
      group.clean_start = !options.flag("disable-clean-session");
    }
    if (options.has("session-expiry-interval")) {
      group.session_expiry = static_cast<std::uint32_t>(options.integer("session-expiry-interval"));
    }
  }

  /// From an option or the URL; the stronger source wins.
  std::string topic(std::string_view option, std::string_view otherwise) const {
    const Source own = options_.has(option) ? options_.source(option) : Source::none;
    const Source url = url_topic_.empty() ? Source::none : options_.source("url");
    if (own == Source::flag && url == Source::flag) {
      throw UsageError(label(option) + " and the topic of the URL exclude each other");
    }
    if (own == Source::none && url == Source::none) return std::string(otherwise);
    return own >= url ? std::string(options_.text(option)) : url_topic_;
  }

  load::QosMix usual_qos() const {
    return kind_ == ScenarioKind::pub ? load::QosMix{1, 0, 0} : load::QosMix{0, 1, 0};
  }

  /// Messages a second of all publishers; 0: closed loop.
  double rate(std::uint32_t clients) const {
    if (options_.flag("find-max")) return options_.number("find-from");
    if (options_.has("total-rate")) return options_.number("total-rate");
    return options_.number("rate") * clients;
  }

  /// Of all groups together, as many a second as --connect-rate says.
  void spread_connects() {
    if (!options_.has("connect-rate")) return;
    std::uint64_t clients = 0;
    for (const load::Group& group : scenario_.groups) clients += group.clients;
    const std::chrono::duration<double> time(static_cast<double>(clients) /
                                             options_.number("connect-rate"));
    for (load::Group& group : scenario_.groups) {
      group.ramp = std::chrono::round<std::chrono::milliseconds>(time);
    }
  }

  std::chrono::milliseconds duration() const {
    const bool search = options_.flag("find-max");
    for (const std::string_view option : {"duration", "count"}) {
      if (!search || options_.source(option) != Source::flag) continue;
      throw UsageError(label(option) +
                       " does not go with --find-max: each rate of the search "
                       "lasts for --step-duration");
    }
    if (search) return options_.duration("step-duration");
    if (options_.has("duration")) return options_.duration("duration");
    if (suits("count") && options_.has("count")) return {};
    return usual_duration;
  }

  void add_phases() {
    using std::chrono::milliseconds;
    const milliseconds measured = duration();
    const milliseconds warm_up = suits("warmup") ? options_.duration("warmup") : milliseconds(0);
    if (measured.count() == 0) {  // without phases, until the count is reached, or for ever
      if (warm_up.count() == 0) return;
      throw UsageError("--warmup needs a --duration above zero, which it comes before");
    }
    if (warm_up.count() > 0) {
      scenario_.phases.push_back({"warm-up", load::PhaseKind::hold, warm_up, 1, 1, false});
    }
    scenario_.phases.push_back({"main", load::PhaseKind::hold, measured, 1, 1, true});
  }

  const cli::Options& options_;
  ScenarioKind kind_;
  const std::string& url_topic_;
  load::Scenario scenario_;
};

}  // namespace

load::Scenario read_scenario(const cli::Options& options, ScenarioKind kind,
                             const std::string& url_topic) {
  return Builder(options, kind, url_topic).build();
}

}  // namespace mqrig::bench
