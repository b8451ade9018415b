#include <mqrig/broker/token_rules.hpp>

#include <optional>
#include <string>

#include <mqrig/wire/topic.hpp>

namespace mqrig::broker {

namespace {

struct Names {
  std::string_view user;
  std::string_view client_id;
};

// The name that a placeholder at the front of `text` stands for, which is taken away; null if there
// is none.
const std::string_view* take_placeholder(std::string_view& text, const Names& names) {
  constexpr std::string_view user = "${username}";
  constexpr std::string_view client_id = "${clientid}";
  const bool is_user = text.starts_with(user);
  if (!is_user && !text.starts_with(client_id)) return nullptr;
  text.remove_prefix(is_user ? user.size() : client_id.size());
  return is_user ? &names.user : &names.client_id;
}

// Once: what the names hold is not looked at again. Nothing if it allows nothing.
std::optional<std::string> fill_in(std::string_view text, const Names& names) {
  std::string filter;
  while (!text.empty()) {
    const std::string_view* name = take_placeholder(text, names);
    if (name == nullptr) {
      filter += text.front();
      text.remove_prefix(1);
      continue;
    }
    const bool reaches_out = name->find_first_of("/+#") != std::string_view::npos ||
                             (filter.empty() && name->starts_with('$'));
    if (reaches_out) return std::nullopt;
    filter += *name;
  }
  if (wire::check_topic_filter(filter) != wire::TopicError::none) return std::nullopt;
  return filter;
}

}  // namespace

std::shared_ptr<const AclRuleList> token_rules(const auth::JwtIdentity& token,
                                               std::string_view client_id) {
  if (!token.acl) return nullptr;
  const Names names{.user = token.user_name, .client_id = client_id};
  auto rules = std::make_shared<AclRuleList>();
  for (const std::string& topic : token.acl->publish) {
    if (auto filter = fill_in(topic, names)) {
      rules->push_back({.filter = *std::move(filter), .read = false, .write = true});
    }
  }
  for (const std::string& topic : token.acl->subscribe) {
    if (auto filter = fill_in(topic, names)) {
      rules->push_back({.filter = *std::move(filter), .read = true, .write = false});
    }
  }
  return rules;
}

}  // namespace mqrig::broker
