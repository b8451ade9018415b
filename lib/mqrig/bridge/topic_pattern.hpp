// A topic at the target made of what a filter matched.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::bridge {

// A pattern as in Rule::target, for topics that one filter matches.
class TopicPattern {
 public:
  // Throws std::invalid_argument with a clause for a person. `filter` is valid.
  TopicPattern(std::string_view pattern, std::string_view filter);

  // Appends the topic that becomes of `topic`, which the filter matches.
  void append(std::string_view topic, std::string& out) const;

  // Appends a topic that the filter matches and that `mapped` is made of, where there is one that
  // can be found: a "+" of the filter that is not in the pattern cannot be guessed. Of several it
  // is the one whose captures end earliest. False: nothing appended.
  bool append_source(std::string_view mapped, std::string& out) const;

 private:
  enum class Kind : std::uint8_t { literal, level, tail, whole };
  struct Part {
    Kind kind{};
    std::string text;       // literal
    std::size_t level = 0;  // of the topic, from 0: which one, or where the tail begins
  };

  void add_literal(char letter);
  void add_name(std::string_view name);
  // What each part matches in `mapped`.
  // `parent`: the tail was the parent level.
  bool append_source(std::string_view mapped, bool parent, std::string& out) const;
  std::string_view literal(std::size_t part, bool parent) const;
  bool take_apart(std::string_view mapped, bool parent,
                  std::vector<std::string_view>& values) const;
  bool fill_filter(const std::vector<std::string_view>& values, bool parent,
                   std::string& out) const;

  std::string filter_;
  std::vector<Part> parts_;
};

}  // namespace mqrig::bridge
