// What an access control list says, as Acl::parse() read it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::broker {

// Neither read nor write: a rule that denies both.
struct AclRule {
  std::string filter;
  bool read = false;
  bool write = false;

  bool denies() const noexcept { return !read && !write; }
};

// Those that deny come first.
using AclRuleList = std::vector<AclRule>;

struct AclRules {
  AclRuleList anonymous;
  std::map<std::string, AclRuleList, std::less<>> users;
  AclRuleList patterns;              // for everybody
  bool patterns_have_names = false;  // %u or %c in one of them
};

}  // namespace mqrig::broker
