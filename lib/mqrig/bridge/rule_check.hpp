// What is wrong with one rule, whatever else the link has. Internal to this room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <mqrig/bridge/forwarder.hpp>

namespace mqrig::bridge {

std::string quoted(std::string_view text);

// Sentences about one subject.
class Problems {
 public:
  // `subject` begins every sentence: "rule 1". Empty: the link, which the reader knows.
  Problems(std::string subject, std::vector<RuleProblem>& all)
      : subject_(std::move(subject)), all_(all) {}

  // The same sentence only once.
  void fatal(const std::string& text) { add(text, true); }
  void warn(const std::string& text) { add(text, false); }
  bool any_fatal() const noexcept { return any_fatal_; }

 private:
  void add(const std::string& text, bool fatal);

  std::string subject_;
  std::vector<RuleProblem>& all_;
  bool any_fatal_ = false;
};

void check_topics(const Rule& rule, Problems& problems);
void check_properties(const Rule& rule, Problems& problems);
void check_messages(const Rule& rule, Problems& problems);  // QoS, expressions and so on

}  // namespace mqrig::bridge
