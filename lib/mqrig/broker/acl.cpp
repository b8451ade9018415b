#include <mqrig/broker/acl.hpp>

#include <utility>

namespace mqrig::broker {

namespace {

bool holds_wildcard(std::string_view name) noexcept {
  return name.find_first_of("+#") != std::string_view::npos;
}

// Fills the names into one pattern, once: what they hold is not looked at again. Nothing when the
// pattern does not concern them.
std::optional<AclRule> fill_in(const AclRule& pattern, std::string_view user,
                               std::string_view client_id) {
  AclRule rule = pattern;
  rule.filter.clear();
  const std::string_view text = pattern.filter;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view placeholder = text.substr(at, 2);
    if (placeholder != "%u" && placeholder != "%c") {
      rule.filter += text[at];
      continue;
    }
    const std::string_view name = placeholder == "%u" ? user : client_id;
    const bool reaches_out =
        name.find('/') != std::string_view::npos || (rule.filter.empty() && name.starts_with('$'));
    if (name.empty() || (reaches_out && !pattern.denies())) return std::nullopt;
    rule.filter += name;
    ++at;
  }
  return rule;
}

}  // namespace

Permissions Acl::permissions(std::string_view user, std::string_view client_id) const {
  Permissions result;
  result.rules_ = rules_;
  if (user.empty()) {
    result.topics_ = &rules_->anonymous;
  } else if (const auto found = rules_->users.find(user); found != rules_->users.end()) {
    result.topics_ = &found->second;
  }
  if (holds_wildcard(user) || holds_wildcard(client_id)) {
    result.no_patterns_ = true;
  } else if (rules_->patterns_have_names) {
    auto patterns = std::make_unique<AclRuleList>();
    for (const AclRule& pattern : rules_->patterns) {
      if (auto rule = fill_in(pattern, user, client_id)) patterns->push_back(*std::move(rule));
    }
    result.patterns_ = std::move(patterns);
  }
  return result;
}

}  // namespace mqrig::broker
