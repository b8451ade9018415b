// Access control lists in the format of mosquitto's acl_file.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <mqrig/broker/acl_rules.hpp>
#include <mqrig/broker/permissions.hpp>

namespace mqrig::broker {

// A line of the file is one of
//
//     user NAME
//     topic [read|write|readwrite|deny] FILTER
//     pattern [read|write|readwrite|deny] FILTER
//     # comment
//
// or blank. Without an access, both are allowed. `topic` lines concern the user of the last `user`
// line, before the first one those who give no user name. `pattern` lines concern everybody; %u in
// them stands for the user name (such a line is not for those who give none), %c for the client
// identifier. A filter may hold spaces after an access word; a line with one word after `topic` is
// a filter, whatever the word.
//
// It means what it means to mosquitto 2.0, with these exceptions, all on the safe side: a name that
// holds '/' takes the place of %u or %c in lines that deny only, since it would reach into what
// belongs to another name; nor can a name make a topic begin with '$'. Common to both: for whom '+'
// or '#' is in either name, no pattern allows anything.
//
// Immutable; copies share the rules.
class Acl {
 public:
  // Nothing if there is an error, and then what it is: "line 3: ...".
  static std::optional<Acl> parse(std::string_view text, std::string& error);

  // `user` is empty for a client without a user name.
  Permissions permissions(std::string_view user, std::string_view client_id) const;

 private:
  explicit Acl(std::shared_ptr<const AclRules> rules) noexcept : rules_(std::move(rules)) {}

  std::shared_ptr<const AclRules> rules_;
};

}  // namespace mqrig::broker
