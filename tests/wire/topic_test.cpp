#include <mqrig/wire/topic.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace mqrig::wire;
using namespace std::string_view_literals;

TEST_CASE(
    "[MQTT-4.7.3-1] [MQTT-4.7.3-2] [MQTT-4.7.3-3] a name is 1 to 65,535 bytes without U+0000") {
  CHECK(check_topic_name("") == TopicError::empty);
  CHECK(check_topic_filter("") == TopicError::empty);
  CHECK(check_topic_name("a\0b"sv) == TopicError::null_character);
  CHECK(check_topic_filter("a\0b"sv) == TopicError::null_character);
  CHECK(check_topic_name("a\xFF") == TopicError::not_utf8);
  CHECK(check_topic_filter("+/\xED\xA0\x80") == TopicError::not_utf8);
  const std::string longest(65'535, 'a');
  CHECK(check_topic_name(longest) == TopicError::none);
  CHECK(check_topic_filter(longest) == TopicError::none);
  CHECK(check_topic_name(longest + "a") == TopicError::too_long);
  CHECK(check_topic_filter(longest + "a") == TopicError::too_long);
}

TEST_CASE("names may hold spaces, leading, trailing and double slashes, '$' and any script") {
  for (const std::string_view name : {"a", "/", "//", "/finance", "a/", "a b", "$SYS/broker",
                                      "$share/x", "werk/küche", "日本/🌍"}) {
    CAPTURE(name);
    CHECK(check_topic_name(name) == TopicError::none);
    CHECK(check_topic_filter(std::string(name) == "$share/x" ? "$sharex" : name) ==
          TopicError::none);
  }
}

TEST_CASE("[MQTT-4.7.0-1] a wildcard at any place spoils a name") {
  for (const char wildcard : {'+', '#'}) {
    for (std::size_t size = 1; size < 30; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string name(size, 'n');
        name[at] = wildcard;
        CHECK(check_topic_name(name) == TopicError::wildcard_in_name);
      }
    }
  }
  CHECK(check_topic_name("küche/+") == TopicError::wildcard_in_name);
}

TEST_CASE("neighbours of the wildcards and of NUL are ordinary characters") {
  for (int c = 1; c < 0x80; ++c) {
    if (c == '+' || c == '#') continue;
    for (std::size_t size : {1U, 3U, 5U, 8U, 9U, 17U}) {
      CHECK(check_topic_name(std::string(size, static_cast<char>(c))) == TopicError::none);
    }
  }
}

TEST_CASE("[MQTT-4.7.1-1] [MQTT-4.7.1-2] wildcards stand alone in their level, '#' at the end") {
  struct Row {
    std::string_view filter;
    TopicError error;
  };
  for (const Row& row : {
           Row{"#", TopicError::none},
           Row{"+", TopicError::none},
           Row{"/#", TopicError::none},
           Row{"/+", TopicError::none},
           Row{"+/", TopicError::none},
           Row{"sport/tennis/#", TopicError::none},
           Row{"+/tennis/#", TopicError::none},
           Row{"sport/+/player1", TopicError::none},
           Row{"+/+/+", TopicError::none},
           Row{"+/#", TopicError::none},
           Row{"$SYS/#", TopicError::none},
           Row{"sport/tennis#", TopicError::wildcard_in_level},
           Row{"sport+", TopicError::wildcard_in_level},
           Row{"+sport", TopicError::wildcard_in_level},
           Row{"sport/+x/y", TopicError::wildcard_in_level},
           Row{"++", TopicError::wildcard_in_level},
           Row{"+#", TopicError::wildcard_in_level},
           Row{"a#b", TopicError::wildcard_in_level},
           Row{"sport/tennis/#/ranking", TopicError::multi_level_not_last},
           Row{"#/", TopicError::multi_level_not_last},
           Row{"##", TopicError::multi_level_not_last},
           Row{"#+", TopicError::multi_level_not_last},
           Row{"/#a", TopicError::multi_level_not_last},
       }) {
    CAPTURE(row.filter);
    CHECK(check_topic_filter(row.filter) == row.error);
  }
}

TEST_CASE("[MQTT-4.8.2-1] [MQTT-4.8.2-2] a shared subscription is $share/NAME/FILTER") {
  struct Row {
    std::string_view filter;
    TopicError error;
  };
  for (const Row& row : {
           Row{"$share/consumer/a", TopicError::none},
           Row{"$share/consumer//", TopicError::none},
           Row{"$share/consumer//finance", TopicError::none},
           Row{"$share/consumer/#", TopicError::none},
           Row{"$share/consumer/+/x", TopicError::none},
           Row{"$share/consumer/$SYS/#", TopicError::none},
           Row{"$share", TopicError::none},  // an ordinary filter
           Row{"$shared/x", TopicError::none},
           Row{"$share/", TopicError::share_name_empty},
           Row{"$share//", TopicError::share_name_empty},
           Row{"$share//a", TopicError::share_name_empty},
           Row{"$share/consumer", TopicError::share_without_filter},
           Row{"$share/consumer/", TopicError::share_without_filter},
           Row{"$share/con+sumer/a", TopicError::share_name_wildcard},
           Row{"$share/#/a", TopicError::share_name_wildcard},
           Row{"$share/#", TopicError::share_name_wildcard},
           Row{"$share/+", TopicError::share_name_wildcard},
           Row{"$share/consumer/a#", TopicError::wildcard_in_level},
           Row{"$share/consumer/#/a", TopicError::multi_level_not_last},
       }) {
    CAPTURE(row.filter);
    CHECK(check_topic_filter(row.filter) == row.error);
  }
}

TEST_CASE("filter_of and is_shared take a shared subscription apart") {
  CHECK(is_shared("$share/c/a/+"));
  CHECK_FALSE(is_shared("$share"));
  CHECK_FALSE(is_shared("$SYS/x"));
  CHECK(filter_of("$share/c/a/+") == "a/+");
  CHECK(filter_of("$share/c//a") == "/a");
  CHECK(filter_of("a/+") == "a/+");
  CHECK(filter_of("$share/c") == "");
}

namespace {

// Level by level, as section 4.7 describes it: slow and obvious.
bool matches_by_levels(std::string_view filter, std::string_view topic) {
  const auto split = [](std::string_view text) {
    std::vector<std::string_view> levels;
    for (std::size_t at = 0;;) {
      const std::size_t slash = text.find('/', at);
      levels.push_back(text.substr(at, slash - at));
      if (slash == std::string_view::npos) return levels;
      at = slash + 1;
    }
  };
  const auto wanted = split(filter);
  const auto levels = split(topic);
  if (topic[0] == '$' && (filter[0] == '+' || filter[0] == '#')) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == "#") return levels.size() >= i;
    if (i >= levels.size() || (wanted[i] != "+" && wanted[i] != levels[i])) return false;
  }
  return wanted.size() == levels.size();
}

}  // namespace

TEST_CASE("[MQTT-3.3.2-3] [MQTT-4.7.3-4] filters match as the specification's examples say") {
  struct Row {
    std::string_view filter;
    std::string_view topic;
    bool match;
  };
  for (const Row& row : {
           Row{"sport/tennis/player1/#", "sport/tennis/player1", true},
           Row{"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
           Row{"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
           Row{"sport/#", "sport", true},
           Row{"#", "sport/tennis", true},
           Row{"sport/tennis/+", "sport/tennis/player1", true},
           Row{"sport/tennis/+", "sport/tennis/player1/ranking", false},
           Row{"sport/+", "sport", false},
           Row{"sport/+", "sport/", true},
           Row{"+/+", "/finance", true},
           Row{"/+", "/finance", true},
           Row{"+", "/finance", false},
           Row{"+/tennis/#", "sport/tennis", true},
           Row{"sport", "sport/", false},
           Row{"sport/", "sport", false},
           Row{"sport", "sporty", false},
           Row{"sporty", "sport", false},
           Row{"ACCOUNTS", "Accounts", false},
           Row{"a//b", "a//b", true},
           Row{"a/+/b", "a//b", true},
           Row{"a/b", "a//b", false},
           Row{"\xC3\xA5", "a\xCC\x8A", false},  // the same letter in two normal forms
           Row{"/", "/", true},
           Row{"#", "/", true},
           Row{"+/#", "a", true},
       }) {
    CAPTURE(row.filter);
    CAPTURE(row.topic);
    CHECK(matches(row.filter, row.topic) == row.match);
    CHECK(matches_by_levels(row.filter, row.topic) == row.match);
  }
}

TEST_CASE("[MQTT-4.7.2-1] a leading wildcard does not match a name that starts with '$'") {
  CHECK_FALSE(matches("#", "$SYS/broker/version"));
  CHECK_FALSE(matches("+/monitor/Clients", "$SYS/monitor/Clients"));
  CHECK_FALSE(matches("+", "$SYS"));
  CHECK(matches("$SYS/#", "$SYS/monitor/Clients"));
  CHECK(matches("$SYS/#", "$SYS"));
  CHECK(matches("$SYS/monitor/+", "$SYS/monitor/Clients"));
  CHECK(matches("a/#", "a/$b"));
  CHECK(matches("+/$b", "a/$b"));
}

TEST_CASE("all short filters and names match exactly when the levels do") {
  const auto words = [](std::string_view letters) {
    std::vector<std::string> all{""};
    for (std::size_t i = 0; i < all.size() && all[i].size() < 5; ++i) {
      for (const char letter : letters) all.push_back(all[i] + letter);
    }
    all.erase(all.begin());
    return all;
  };
  const auto filters = words("a/+#");
  const auto names = words("a/$");
  std::size_t wrong = 0;
  for (const auto& filter : filters) {
    if (check_topic_filter(filter) != TopicError::none) continue;
    for (const auto& name : names) {
      if (matches(filter, name) != matches_by_levels(filter, name)) ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("every topic error has words") {
  for (int error = 0; error <= static_cast<int>(TopicError::share_without_filter); ++error) {
    CHECK(text(static_cast<TopicError>(error)) != "unknown error");
  }
}
