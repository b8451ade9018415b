#include <mqrig/bridge/rule_check.hpp>

#include <algorithm>
#include <stdexcept>

#include <mqrig/bridge/lane.hpp>
#include <mqrig/bridge/rule_route.hpp>
#include <mqrig/wire/filter_overlap.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::bridge {

namespace {

void check_filter(std::string_view filter, const char* what, Problems& problems) {
  if (const auto error = wire::check_topic_filter(filter); error != wire::TopicError::none) {
    problems.fatal(quoted(filter) + " among the " + what +
                   " is no topic filter: " + std::string(wire::text(error)));
  } else if (wire::is_shared(filter)) {
    problems.fatal(quoted(filter) + " among the " + what +
                   " is a shared subscription; name its group with 'share' of the broker instead");
  }
}

void check_prefix(std::string_view prefix, const char* which, Problems& problems) {
  if (prefix.empty()) return;
  if (const auto error = wire::check_topic_name(prefix); error != wire::TopicError::none) {
    problems.fatal(quoted(prefix) + " cannot be the " + which +
                   " prefix: " + std::string(wire::text(error)));
  }
}

// With filters and prefixes that are valid for themselves.
void check_route(const Rule& rule, Side source, Problems& problems) {
  try {
    const RuleRoute route(rule, source);
    for (const TopicMap& map : route.maps()) {
      if (const auto error = wire::check_topic_filter(map.filter());
          error != wire::TopicError::none) {
        problems.fatal("with its prefix, " + quoted(map.filter()) +
                       " is no topic filter: " + std::string(wire::text(error)));
      }
    }
  } catch (const std::invalid_argument& error) {
    problems.fatal("the target " + quoted(rule.target) + " is not valid: " + error.what());
  }
}

bool excludes_anything(const Rule& rule, const std::string& exclude) {
  for (const Side source : {Side::local, Side::remote}) {
    if (!goes_from(rule.direction, source)) continue;
    const RuleRoute route(rule, source);
    for (const TopicMap& map : route.maps()) {
      if (wire::overlap(map.filter(), exclude)) return true;
    }
  }
  return false;
}

// Topics of the broker itself, which it does not let others publish.
void warn_of_dollar_topics(const Rule& rule, Problems& problems) {
  const bool prefixed =
      rule.direction == Direction::both
          ? !rule.local_prefix.empty() && !rule.remote_prefix.empty()
          : !(rule.direction == Direction::out ? rule.remote_prefix : rule.local_prefix).empty();
  if (prefixed || !rule.target.empty()) return;
  for (const std::string& filter : rule.filters) {
    if (filter.starts_with('$')) {
      problems.warn("topics of " + quoted(filter) +
                    " go to topics that begin with '$', which brokers keep for themselves; give "
                    "them a prefix at the target");
    }
  }
}

}  // namespace

std::string quoted(std::string_view text) {
  return '\'' + std::string(text) + '\'';
}

void Problems::add(const std::string& text, bool fatal) {
  any_fatal_ = any_fatal_ || fatal;
  std::string sentence = subject_.empty() ? text : subject_ + ": " + text;
  const auto same = [&](const RuleProblem& problem) { return problem.text == sentence; };
  if (std::none_of(all_.begin(), all_.end(), same)) all_.push_back({std::move(sentence), fatal});
}

void check_topics(const Rule& rule, Problems& problems) {
  if (rule.filters.empty()) problems.fatal("it names no topics");
  for (std::size_t i = 0; i < rule.filters.size(); ++i) {
    const auto end = rule.filters.begin() + static_cast<std::ptrdiff_t>(i);
    check_filter(rule.filters[i], "topics", problems);
    if (std::find(rule.filters.begin(), end, rule.filters[i]) != end) {
      problems.warn(quoted(rule.filters[i]) + " is there twice");
    }
  }
  for (const std::string& filter : rule.exclude) check_filter(filter, "excluded topics", problems);
  check_prefix(rule.local_prefix, "local", problems);
  check_prefix(rule.remote_prefix, "remote", problems);
  if (!rule.target.empty() && rule.direction == Direction::both) {
    problems.fatal(
        "a target pattern goes one way only; use prefixes, or a rule for each direction");
  }
  if (problems.any_fatal()) return;
  for (const Side source : {Side::local, Side::remote}) {
    if (goes_from(rule.direction, source)) check_route(rule, source, problems);
  }
  if (problems.any_fatal()) return;
  for (const std::string& filter : rule.exclude) {
    if (!excludes_anything(rule, filter)) {
      problems.warn(quoted(filter) +
                    " excludes nothing: no topic of the rule matches it. It is compared with the "
                    "whole topic at the source, prefix included");
    }
  }
  warn_of_dollar_topics(rule, problems);
}

void check_messages(const Rule& rule, Problems& problems) {
  if (rule.qos && *rule.qos > rule.max_qos) problems.fatal("its qos is above its max-qos");
  if (rule.expiry == 0U) {
    problems.fatal("an expiry of 0 s lets messages expire before they are sent");
  }
  if (rule.batch.count == 0) problems.fatal("a batch needs at least one message: its count is 0");
  if (rule.batch.format == store::Batch::Format::none &&
      (rule.batch.count > 1 || rule.batch.linger > 0)) {
    problems.fatal("its batch has no format, which is json-array or lines");
  }
  try {
    const Lane lane(rule);
  } catch (const std::invalid_argument& error) {
    problems.fatal(error.what());
  }
}

}  // namespace mqrig::bridge
