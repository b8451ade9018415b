#include <mqrig/bridge/topic_pattern.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

#include <mqrig/wire/topic.hpp>

namespace mqrig::bridge {

namespace {

// The topic from its level `number` on; empty behind its end.
std::string_view from_level(std::string_view topic, std::size_t number) noexcept {
  for (; number > 0; --number) {
    const std::size_t slash = topic.find('/');
    if (slash == std::string_view::npos) return {};
    topic.remove_prefix(slash + 1);
  }
  return topic;
}

std::string_view first_level(std::string_view topic) noexcept {
  return topic.substr(0, topic.find('/'));
}

struct Wildcards {
  std::vector<std::size_t> any_level;  // the levels that are "+"
  std::optional<std::size_t> tail;     // the level that is "#"
};

Wildcards wildcards_of(std::string_view filter) {
  Wildcards found;
  const auto levels = static_cast<std::size_t>(std::count(filter.begin(), filter.end(), '/')) + 1;
  for (std::size_t i = 0; i < levels; ++i) {
    const std::string_view level = first_level(from_level(filter, i));
    if (level == "+") found.any_level.push_back(i);
    if (level == "#") found.tail = i;
  }
  return found;
}

// "1" to "65535", written without a zero in front.
std::size_t position(std::string_view name) noexcept {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool all = error == std::errc() && end == name.data() + name.size();
  return all && !name.starts_with('0') ? number : 0;
}

std::string quoted(std::string_view text) {
  return '\'' + std::string(text) + '\'';
}

}  // namespace

TopicPattern::TopicPattern(std::string_view pattern, std::string_view filter) : filter_(filter) {
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char letter = pattern[at];
    const bool doubled = pattern.substr(at + 1).starts_with(letter);
    if (letter == '+' || letter == '#') {
      throw std::invalid_argument("a topic to publish to cannot contain '+' or '#'");
    }
    if (letter != '{' && letter != '}') {
      add_literal(letter);
    } else if (doubled) {
      add_literal(letter);
      ++at;
    } else if (letter == '}') {
      throw std::invalid_argument("a '}' has no '{'; a brace in the topic is written '}}'");
    } else {
      const std::size_t end = pattern.find('}', at);
      if (end == std::string_view::npos) {
        throw std::invalid_argument("a '{' has no '}'; a brace in the topic is written '{{'");
      }
      add_name(pattern.substr(at + 1, end - at - 1));
      at = end;
    }
  }
}

void TopicPattern::add_literal(char letter) {
  if (parts_.empty() || parts_.back().kind != Kind::literal) parts_.emplace_back();
  parts_.back().text += letter;
}

void TopicPattern::add_name(std::string_view name) {
  const std::string braced = quoted("{" + std::string(name) + "}");
  const Wildcards wildcards = wildcards_of(filter_);
  if (name == "topic") {
    parts_.push_back({Kind::whole, {}, 0});
  } else if (name == "#") {
    if (!wildcards.tail) {
      throw std::invalid_argument(braced + " asks for the '#' of " + quoted(filter_) +
                                  ", which has none");
    }
    parts_.push_back({Kind::tail, {}, *wildcards.tail});
  } else if (const std::size_t number = position(name); number > 0) {
    if (number > wildcards.any_level.size()) {
      throw std::invalid_argument(braced + " asks for a '+' of " + quoted(filter_) +
                                  ", which has " + std::to_string(wildcards.any_level.size()));
    }
    parts_.push_back({Kind::level, {}, wildcards.any_level[number - 1]});
  } else {
    throw std::invalid_argument(braced + " is not known; there are {1}, {2} …, {#} and {topic}");
  }
}

void TopicPattern::append(std::string_view topic, std::string& out) const {
  const std::size_t start = out.size();
  for (const Part& part : parts_) {
    switch (part.kind) {
      case Kind::literal:
        out += part.text;
        break;
      case Kind::level:
        out += first_level(from_level(topic, part.level));
        break;
      case Kind::tail: {
        const std::string_view tail = from_level(topic, part.level);
        // That of the parent level has no level of its own, section 4.7.1.2.
        const bool parent = tail.data() == nullptr;
        if (parent && out.size() > start + 1 && out.back() == '/') out.pop_back();
        out += tail;
        break;
      }
      case Kind::whole:
        out += topic;
        break;
    }
  }
}

bool TopicPattern::append_source(std::string_view mapped, std::string& out) const {
  return append_source(mapped, false, out) || append_source(mapped, true, out);
}

bool TopicPattern::append_source(std::string_view mapped, bool parent, std::string& out) const {
  std::vector<std::string_view> values;
  std::string source;
  if (!take_apart(mapped, parent, values) || !fill_filter(values, parent, source)) return false;
  // Captures that were cut at the wrong place, or twice with different values, show here.
  if (source.empty() || !wire::matches(filter_, source)) return false;
  std::string again;
  append(source, again);
  if (again != mapped) return false;
  out += source;
  return true;
}

// As append() leaves it.
std::string_view TopicPattern::literal(std::size_t part, bool parent) const {
  std::string_view text = parts_[part].text;
  const bool before_tail = part + 1 < parts_.size() && parts_[part + 1].kind == Kind::tail;
  if (parent && before_tail && text.ends_with('/')) text.remove_suffix(1);
  return text;
}

bool TopicPattern::take_apart(std::string_view mapped, bool parent,
                              std::vector<std::string_view>& values) const {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    std::size_t size = mapped.size();
    if (parts_[i].kind == Kind::literal) {
      if (!mapped.starts_with(literal(i, parent))) return false;
      size = literal(i, parent).size();
    } else if (parts_[i].kind == Kind::tail && parent) {
      size = 0;
    } else if (i + 1 < parts_.size() && !literal(i + 1, parent).empty()) {
      size = mapped.find(literal(i + 1, parent));
      if (size == std::string_view::npos) return false;
    } else if (parts_[i].kind == Kind::level) {
      size = first_level(mapped).size();
    }
    values.push_back(mapped.substr(0, size));
    mapped.remove_prefix(size);
  }
  return mapped.empty();
}

bool TopicPattern::fill_filter(const std::vector<std::string_view>& values, bool parent,
                               std::string& out) const {
  const auto value_of = [&](Kind kind, std::size_t level) -> std::optional<std::string_view> {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (parts_[i].kind == kind && parts_[i].level == level) return values[i];
    }
    return std::nullopt;
  };
  if (const auto whole = value_of(Kind::whole, 0)) {
    out = *whole;
    return true;
  }
  std::string_view rest = filter_;
  for (std::size_t i = 0;; ++i) {
    const std::string_view level = first_level(rest);
    std::optional<std::string_view> text = level;
    if (level == "+") text = value_of(Kind::level, i);
    if (level == "#") text = value_of(Kind::tail, i);
    if (!text) return false;
    if (i > 0 && !(level == "#" && parent)) out += '/';
    out += *text;
    if (level.size() == rest.size()) return true;
    rest.remove_prefix(level.size() + 1);
  }
}

}  // namespace mqrig::bridge
