// What one client may do with which topics.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include <mqrig/broker/acl_rules.hpp>

namespace mqrig::broker {

enum class Access : std::uint8_t {
  read,       // receive a message of this topic
  write,      // publish to this topic, as a will too
  subscribe,  // with this topic filter, wire::filter_of() of a shared one
};

// Made by Acl::permissions() for each connection, and anew when the list is loaded anew. Without a
// list, a default one: everything is allowed.
//
// The rules for the user's topics decide first, then the patterns; in each, what denies goes before
// what allows; what no rule allows is denied. A token may allow less, never more. The last answers
// are remembered: few topics at a time cost a comparison each.
class Permissions {
 public:
  Permissions() = default;

  // Reading and writing take a topic name. A subscription is granted unless it is certain that it
  // would never receive anything: delivery asks for each message.
  bool may(Access access, std::string_view topic);

  // Allows nothing but what these rules allow, none of which denies. Null: as if there were no
  // token.
  void set_token_rules(std::shared_ptr<const AclRuleList> rules) {
    token_rules_ = std::move(rules);
  }
  const std::shared_ptr<const AclRuleList>& token_rules() const noexcept { return token_rules_; }

 private:
  friend class Acl;

  // One of a few topics and what is known about it.
  struct Answer {
    std::uint8_t size = 0;
    std::uint8_t known = 0;    // a bit for read, one for write
    std::uint8_t allowed = 0;  // likewise
    std::array<char, 61> topic{};
  };
  static constexpr std::size_t answers_count = 4;

  const AclRuleList& patterns() const noexcept;
  bool decide(Access access, std::string_view topic) const noexcept;
  bool decide_by_list(Access access, std::string_view topic) const noexcept;
  bool may_subscribe(std::string_view filter) const noexcept;

  std::shared_ptr<const AclRules> rules_;           // null: everything is allowed
  const AclRuleList* topics_ = nullptr;             // of the user, in *rules_
  std::unique_ptr<const AclRuleList> patterns_;     // with names filled in; null: those of *rules_
  bool no_patterns_ = false;                        // the names may be wildcards
  std::shared_ptr<const AclRuleList> token_rules_;  // null: no token limits anything
  std::unique_ptr<std::array<Answer, answers_count>> answers_;
};

}  // namespace mqrig::broker
