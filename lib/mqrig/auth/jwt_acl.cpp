#include <mqrig/auth/jwt_acl.hpp>
#include <mqrig/auth/strict_json.hpp>

namespace mqrig::auth {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_filters = 1'024;  // each is compared with topics

struct Actions {
  bool publish = false;
  bool subscribe = false;
};

// Collects filters; the first fault counts.
class Collector {
 public:
  Collector(JwtAcl& acl, std::string& fault) : acl_(acl), fault_(fault) {}

  void add(Actions actions, const Json& filter) {
    if (!filter.is_string()) return fail("a topic in it is not a string");
    const auto& text = filter.get_ref<const std::string&>();
    // An issuer of this form means by it a filter that stands for itself only.
    if (text.starts_with("eq ")) return fail("'eq' in " + shown(text) + " is not understood");
    if (acl_.publish.size() + acl_.subscribe.size() >= most_filters) {
      return fail("it has more than 1024 topics");
    }
    if (actions.publish) acl_.publish.push_back(text);
    if (actions.subscribe) acl_.subscribe.push_back(text);
  }
  void fail(std::string why) {
    if (fault_.empty()) fault_ = std::move(why);
  }

 private:
  JwtAcl& acl_;
  std::string& fault_;
};

// {"pub": ["a"], "sub": ["b/#"], "all": ["c"]}
void read_object(const Json& object, Collector& into) {
  for (const auto& [name, topics] : object.items()) {
    const Actions actions{.publish = name == "pub" || name == "all",
                          .subscribe = name == "sub" || name == "all"};
    if (!actions.publish && !actions.subscribe) {
      return into.fail(shown(name) + " in it is not understood");
    }
    if (!topics.is_array()) return into.fail(shown(name) + " in it is not a list");
    for (const Json& topic : topics) into.add(actions, topic);
  }
}

Actions actions_of(const Json& word) {
  return {.publish = word == "publish" || word == "all",
          .subscribe = word == "subscribe" || word == "all"};
}

// [{"permission": "allow", "action": "publish", "topic": "a"}]
void read_rule(const Json& rule, Collector& into) {
  for (const auto& [name, value] : rule.items()) {
    if (name == "permission" || name == "action" || name == "topic") continue;
    return into.fail((rule.is_object() ? shown(name) : "a rule") + " in it is not understood");
  }
  const Json* permission = find_member(rule, "permission");
  const Json* action = find_member(rule, "action");
  const Json* topic = find_member(rule, "topic");
  if (permission == nullptr || action == nullptr || topic == nullptr) {
    return into.fail("a rule in it lacks 'permission', 'action' or 'topic'");
  }
  const Actions actions = actions_of(*action);
  if (*permission != "allow" || (!actions.publish && !actions.subscribe)) {
    return into.fail("a rule in it is no 'allow' of 'publish', 'subscribe' or 'all'");
  }
  into.add(actions, *topic);
}

}  // namespace

std::optional<JwtAcl> parse_jwt_acl(const Json& claim, std::string& fault) {
  fault.clear();
  JwtAcl acl;
  Collector collector(acl, fault);
  if (claim.is_object()) {
    read_object(claim, collector);
  } else if (claim.is_array()) {
    for (const Json& rule : claim) read_rule(rule, collector);
  } else {
    fault = "it is neither an object nor a list";
  }
  if (!fault.empty()) return std::nullopt;
  return acl;
}

}  // namespace mqrig::auth
