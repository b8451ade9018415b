#include <mqrig/broker/acl.hpp>

#include <algorithm>

#include <mqrig/broker/quoted.hpp>
#include <mqrig/broker/trimmed.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::broker {

namespace {

constexpr std::string_view blanks = " \t\r\v\f";
constexpr std::size_t longest_quote = 60;  // a whole line would hide the message

// Takes the first word off, and the blanks behind it.
std::string_view take_word(std::string_view& text) noexcept {
  const std::string_view word = text.substr(0, text.find_first_of(blanks));
  text = trimmed(text.substr(word.size()), blanks);
  return word;
}

void put_denials_first(AclRuleList& list) {
  std::partition(list.begin(), list.end(), [](const AclRule& r) { return r.denies(); });
}

// Reads the lines one by one; true while they are right.
class Parser {
 public:
  bool read(std::string_view line) {
    line = trimmed(line, blanks);
    if (line.empty() || line.starts_with('#')) return true;
    const std::string_view word = take_word(line);
    if (word == "user") return read_user(line);
    if (word == "topic") return read_rule(line, *topics_);
    if (word == "pattern") return read_rule(line, rules_->patterns);
    error_ = quoted(word, longest_quote) + " is none of user, topic, pattern";
    return false;
  }

  const std::string& error() const noexcept { return error_; }

  std::shared_ptr<const AclRules> finish() {
    rules_->patterns_have_names =
        std::any_of(rules_->patterns.begin(), rules_->patterns.end(), [](const AclRule& rule) {
          return rule.filter.find("%u") != std::string::npos ||
                 rule.filter.find("%c") != std::string::npos;
        });
    put_denials_first(rules_->anonymous);
    put_denials_first(rules_->patterns);
    for (auto& [name, list] : rules_->users) put_denials_first(list);
    return std::move(rules_);
  }

 private:
  bool read_user(std::string_view name) {
    if (name.empty()) {
      error_ = "the user name is missing";
      return false;
    }
    topics_ = &rules_->users[std::string(name)];
    return true;
  }

  bool read_rule(std::string_view rest, AclRuleList& list) {
    AclRule rule;
    const std::string_view first = take_word(rest);
    rule.filter = rest.empty() ? first : rest;
    rule.read = rest.empty() || first == "read" || first == "readwrite";
    rule.write = rest.empty() || first == "write" || first == "readwrite";
    if (rule.filter.empty()) {
      error_ = "the topic is missing";
      return false;
    }
    if (rule.denies() && first != "deny") {
      error_ = quoted(first, longest_quote) + " is none of read, write, readwrite, deny";
      return false;
    }
    if (const auto fault = wire::check_topic_filter(rule.filter); fault != wire::TopicError::none) {
      error_ = "the topic " + quoted(rule.filter, longest_quote) +
               " is not right: " + std::string(wire::text(fault));
      return false;
    }
    list.push_back(std::move(rule));
    return true;
  }

  std::shared_ptr<AclRules> rules_ = std::make_shared<AclRules>();
  AclRuleList* topics_ = &rules_->anonymous;  // those that a `topic` line adds to
  std::string error_;
};

}  // namespace

std::optional<Acl> Acl::parse(std::string_view text, std::string& error) {
  Parser parser;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!parser.read(line)) {
      error = "line " + std::to_string(number) + ": " + parser.error();
      return std::nullopt;
    }
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return Acl(parser.finish());
}

}  // namespace mqrig::broker
