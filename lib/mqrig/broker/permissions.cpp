#include <mqrig/broker/permissions.hpp>

#include <algorithm>
#include <optional>

#include <mqrig/wire/filter_overlap.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::broker {

namespace {

// What the first rule says that has something to say about this.
std::optional<bool> answer(const AclRuleList& rules, Access access,
                           std::string_view topic) noexcept {
  for (const AclRule& rule : rules) {
    const bool allows = access == Access::read ? rule.read : rule.write;
    if ((allows || rule.denies()) && wire::matches(rule.filter, topic)) return allows;
  }
  return std::nullopt;
}

// The same about some topics that a filter matches: false if all are denied.
std::optional<bool> answer_filter(const AclRuleList& rules, std::string_view filter) noexcept {
  for (const AclRule& rule : rules) {
    if (rule.denies() && wire::covers(rule.filter, filter)) return false;
    if (rule.read && wire::overlap(rule.filter, filter)) return true;
  }
  return std::nullopt;
}

}  // namespace

const AclRuleList& Permissions::patterns() const noexcept {
  static const AclRuleList none;
  if (no_patterns_) return none;
  return patterns_ ? *patterns_ : rules_->patterns;
}

bool Permissions::decide(Access access, std::string_view topic) const noexcept {
  if (token_rules_ && !answer(*token_rules_, access, topic).value_or(false)) return false;
  return !rules_ || decide_by_list(access, topic);
}

bool Permissions::decide_by_list(Access access, std::string_view topic) const noexcept {
  if (topics_ != nullptr) {
    if (const auto allowed = answer(*topics_, access, topic)) return *allowed;
  }
  return answer(patterns(), access, topic).value_or(false);
}

bool Permissions::may_subscribe(std::string_view filter) const noexcept {
  if (token_rules_ && !answer_filter(*token_rules_, filter).value_or(false)) return false;
  if (!rules_) return true;
  if (topics_ != nullptr) {
    if (const auto allowed = answer_filter(*topics_, filter)) return *allowed;
  }
  return answer_filter(patterns(), filter).value_or(false);
}

bool Permissions::may(Access access, std::string_view topic) {
  if (!rules_ && !token_rules_) return true;
  if (access == Access::subscribe) return may_subscribe(topic);
  if (topic.empty() || topic.size() > Answer().topic.size()) return decide(access, topic);

  if (!answers_) answers_ = std::make_unique<std::array<Answer, answers_count>>();
  // Topics mostly differ in their length, at their end or in the middle.
  const std::size_t place = topic.size() + static_cast<unsigned char>(topic.back()) +
                            static_cast<unsigned char>(topic[topic.size() / 2]);
  Answer& kept = (*answers_)[place % answers_count];
  if (std::string_view(kept.topic.data(), kept.size) != topic) {
    kept.size = static_cast<std::uint8_t>(topic.copy(kept.topic.data(), topic.size()));
    kept.known = 0;
    kept.allowed = 0;
  }
  const std::uint8_t bit = access == Access::read ? 1 : 2;
  if ((kept.known & bit) == 0) {
    kept.known |= bit;
    if (decide(access, topic)) kept.allowed |= bit;
  }
  return (kept.allowed & bit) != 0;
}

}  // namespace mqrig::broker
