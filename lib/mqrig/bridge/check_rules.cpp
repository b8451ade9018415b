#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <mqrig/bridge/rule_check.hpp>
#include <mqrig/bridge/rule_route.hpp>
#include <mqrig/bridge/subscription_plan.hpp>
#include <mqrig/wire/filter_overlap.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::bridge {

namespace {

constexpr std::array both_sides{Side::local, Side::remote};

const char* name(Side side) noexcept {
  return side == Side::local ? "local" : "remote";
}
const SideSettings& settings(const LinkSettings& link, Side side) noexcept {
  return side == Side::local ? link.local : link.remote;
}

bool is_below_5(const SideSettings& side) noexcept {
  return side.client.version && *side.client.version != wire::Version::mqtt_5;
}

std::string rule_number(const LinkSettings& link, const Rule& rule) {
  return "rule " + std::to_string(&rule - link.rules.data() + 1);
}

void check_names(const LinkSettings& link, Problems& problems) {
  for (const Side side : both_sides) {
    const std::string& broker = settings(link, side).name;
    if (broker.find(' ') != std::string::npos) {
      problems.fatal("the name of the " + std::string(name(side)) +
                     " broker has a space, which separates names in the path of a message");
    }
  }
  if (!link.local.name.empty() && link.local.name == link.remote.name && link.loop_prevention) {
    problems.fatal("both brokers are named " + quoted(link.local.name) +
                   ": every message would seem to have been at its target");
  }
  if (link.max_hops == 0U) problems.fatal("with max-hops 0 nothing goes; 1 is this bridge alone");
  if (link.max_hops && !link.loop_prevention) {
    problems.warn("max-hops does nothing without loop-prevention");
  }
}

// Those that the bridge publishes itself; a broker would refuse them, and the will with them.
void check_own_topics(const LinkSettings& link, Problems& problems) {
  for (const auto& [key, topic] :
       {std::pair<const char*, std::string_view>("notification-topic", link.notification_topic),
        {"status-topic", link.status_topic}}) {
    if (topic.empty()) continue;
    const auto error = wire::check_topic_name(topic);
    if (error == wire::TopicError::none) continue;
    problems.fatal(quoted(topic) + " cannot be the " + key + ": " + std::string(wire::text(error)));
  }
}

void check_share(const LinkSettings& link, Side side, std::span<const RuleRoute> routes,
                 Problems& problems) {
  const std::string& group = settings(link, side).share;
  if (group.empty()) return;
  const std::string share =
      "the share group " + quoted(group) + " of the " + name(side) + " broker";
  const auto error = wire::check_topic_name(group);
  if (group.find('/') != std::string::npos) {
    problems.fatal(share + " cannot contain '/'");
  } else if (error != wire::TopicError::none) {
    problems.fatal(share + " is not valid: " + std::string(wire::text(error)));
  }
  if (routes.empty()) problems.warn(share + " does nothing: no rule takes messages from there");
  if (is_below_5(settings(link, side))) {
    problems.warn(share + " is of MQTT 5.0; below, not every broker knows it");
  }
  for (const RuleRoute& route : routes) {
    if (route.rule().initial_retained) {
      problems.warn(share +
                    " keeps retained messages away: they do not come by a shared "
                    "subscription; say that this is meant with initial-retained = false");
      break;
    }
  }
}

// See retain_means_before() in forwarder.cpp: the bridge bit keeps the flag of all messages.
void warn_of_retained(const std::string& rule, Side side, std::vector<RuleProblem>& all) {
  Problems(rule, all).warn(
      "what is retained at the " + std::string(name(side)) +
      " broker goes in spite of initial-retained = false: below 5.0 a broker that takes the bridge "
      "bit does not tell it from other messages; protocol-version 5 or loop-prevention = false "
      "keep it there");
}

void check_retained(const LinkSettings& link, Side side, std::span<const RuleRoute> routes,
                    const SubscriptionPlan& plan, std::vector<RuleProblem>& all) {
  for (const RuleRoute& route : routes) {
    if (route.rule().initial_retained) continue;
    if (is_below_5(settings(link, side))) {
      // Nothing that is retained comes by a shared subscription.
      const bool comes = link.loop_prevention && settings(link, side).share.empty();
      if (comes) warn_of_retained(rule_number(link, route.rule()), side, all);
      continue;
    }
    for (const wire::Subscription& subscription : plan.list()) {
      const auto used = [&](const TopicMap& map) {
        return wire::overlap(wire::filter_of(subscription.filter), map.filter());
      };
      if (subscription.retain_handling != wire::RetainHandling::do_not_send &&
          std::any_of(route.maps().begin(), route.maps().end(), used)) {
        Problems(rule_number(link, route.rule()), all)
            .warn(
                "what is retained goes in spite of initial-retained = false: another rule wants "
                "it of the same topics");
        break;
      }
    }
  }
}

void check_overlaps(Side side, const SubscriptionPlan& plan, Problems& problems) {
  for (std::size_t i = 0; i < plan.list().size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const std::string_view one = wire::filter_of(plan.list()[j].filter);
      const std::string_view other = wire::filter_of(plan.list()[i].filter);
      if (!wire::overlap(one, other)) continue;
      problems.warn(quoted(one) + " and " + quoted(other) + " overlap in part at the " +
                    name(side) +
                    " broker: messages that both match may go twice, unless it speaks 5.0 and has "
                    "subscription identifiers");
    }
  }
}

// The topics that a rule sends to, as a filter; none for patterns, which may make any.
std::optional<std::string> target_filter(const Rule& rule, const std::string& filter, Side source) {
  if (!rule.target.empty()) return std::nullopt;
  return (source == Side::local ? rule.remote_prefix : rule.local_prefix) + filter;
}

// The same filter to the same topics: the later rule sends only what the earlier one drops.
void check_duplicates(const LinkSettings& link, Side side, std::span<const RuleRoute> routes,
                      std::vector<RuleProblem>& all) {
  for (std::size_t i = 0; i < routes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Rule& later = routes[i].rule();
      const Rule& earlier = routes[j].rule();
      for (std::size_t a = 0; a < later.filters.size(); ++a) {
        for (std::size_t b = 0; b < earlier.filters.size(); ++b) {
          const bool same = routes[i].maps()[a].filter() == routes[j].maps()[b].filter() &&
                            later.target == earlier.target &&
                            target_filter(later, later.filters[a], side) ==
                                target_filter(earlier, earlier.filters[b], side);
          if (!same) continue;
          Problems(rule_number(link, later), all)
              .warn(quoted(routes[i].maps()[a].filter()) + " goes to the same topics by " +
                    rule_number(link, earlier) + ", and never twice");
        }
      }
    }
  }
}

// Does what this rule sends match what that one takes?
bool feeds(const RuleRoute& route, Side source, const RuleRoute& back) {
  for (const std::string& filter : route.rule().filters) {
    const auto target = target_filter(route.rule(), filter, source);
    if (!target) continue;
    for (const TopicMap& map : back.maps()) {
      if (wire::overlap(*target, map.filter())) return true;
    }
  }
  return false;
}

// Would the broker at that side send back what the link publishes to it?
bool sends_back(const LinkSettings& link, Side side) {
  return !link.loop_prevention ||
         (is_below_5(settings(link, side)) && !settings(link, side).client.bridge);
}

void check_echo(const LinkSettings& link, Side target, std::span<const RuleRoute> to,
                std::span<const RuleRoute> back, std::vector<RuleProblem>& all) {
  if (!sends_back(link, target)) return;
  for (const RuleRoute& route : to) {
    for (const RuleRoute& from : back) {
      if (!feeds(route, other(target), from)) continue;
      const std::string by =
          &route.rule() == &from.rule() ? "" : " by " + rule_number(link, from.rule());
      Problems(rule_number(link, route.rule()), all)
          .warn("what it sends to the " + std::string(name(target)) + " broker " +
                (link.loop_prevention
                     ? "may come back" + by +
                           ": below 5.0 only the bridge bit keeps a broker from that, which not "
                           "every broker knows"
                     : "comes back" + by + ": loop-prevention is off"));
    }
  }
}

}  // namespace

std::vector<RuleProblem> check_rules(const LinkSettings& link) {
  std::vector<RuleProblem> all;
  Problems of_link({}, all);
  if (link.rules.empty()) of_link.fatal("it has no rule");
  check_names(link, of_link);
  check_own_topics(link, of_link);
  bool fatal = of_link.any_fatal();
  for (const Rule& rule : link.rules) {
    Problems problems(rule_number(link, rule), all);
    check_topics(rule, problems);
    check_properties(rule, problems);
    check_messages(rule, problems);
    fatal = fatal || problems.any_fatal();
  }
  if (fatal) return all;

  const std::vector<RuleRoute> out = routes_from(link, Side::local);
  const std::vector<RuleRoute> in = routes_from(link, Side::remote);
  for (const Side side : both_sides) {
    const std::vector<RuleRoute>& routes = side == Side::local ? out : in;
    const SubscriptionPlan plan(link, side, routes);
    check_share(link, side, routes, of_link);
    check_retained(link, side, routes, plan, all);
    check_overlaps(side, plan, of_link);
    check_duplicates(link, side, routes, all);
  }
  check_echo(link, Side::remote, out, in, all);
  check_echo(link, Side::local, in, out, all);
  return all;
}

}  // namespace mqrig::bridge
