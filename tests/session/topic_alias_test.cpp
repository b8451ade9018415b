#include <doctest/doctest.h>

#include <string>

#include <mqrig/session/topic_alias.hpp>

using mqrig::session::AliasReceiver;
using mqrig::session::AliasSender;

TEST_CASE("a received alias stands for the topic that defined it, until it is defined again") {
  AliasReceiver aliases;
  std::string_view topic = "first";
  CHECK(aliases.resolve(3, 5, topic));
  CHECK(topic == "first");

  topic = {};
  REQUIRE(aliases.resolve(3, 5, topic));
  CHECK(topic == "first");

  topic = "second";
  CHECK(aliases.resolve(3, 5, topic));
  topic = {};
  REQUIRE(aliases.resolve(3, 5, topic));
  CHECK(topic == "second");
}

TEST_CASE("all aliases from 1 to the announced maximum are accepted [MQTT-3.3.2-10]") {
  AliasReceiver aliases;
  for (unsigned alias = 1; alias <= 65'535; ++alias) {
    const std::string name = "t" + std::to_string(alias);
    std::string_view topic = name;
    REQUIRE(aliases.resolve(static_cast<std::uint16_t>(alias), 65'535, topic));
  }
  std::string_view topic;
  REQUIRE(aliases.resolve(65'535, 65'535, topic));
  CHECK(topic == "t65535");
}

TEST_CASE("alias 0, one beyond the maximum and one that is not defined are refused") {
  AliasReceiver aliases;
  std::string_view topic = "a";
  CHECK_FALSE(aliases.resolve(0, 5, topic));
  CHECK_FALSE(aliases.resolve(6, 5, topic));
  CHECK_FALSE(aliases.resolve(1, 0, topic));
  topic = {};
  CHECK_FALSE(aliases.resolve(5, 5, topic));
  topic = "a";
  CHECK(aliases.resolve(5, 5, topic));
  topic = {};
  CHECK_FALSE(aliases.resolve(4, 5, topic));
}

TEST_CASE("cleared received aliases are unknown [MQTT-3.3.2-7]") {
  AliasReceiver aliases;
  std::string_view topic = "a";
  CHECK(aliases.resolve(1, 5, topic));
  aliases.clear();
  topic = {};
  CHECK_FALSE(aliases.resolve(1, 5, topic));
}

TEST_CASE("each new topic gets the next alias, and the oldest is taken over when all are used") {
  AliasSender aliases;
  const auto choose = [&](std::string_view topic) { return aliases.choose(topic, 2); };
  CHECK(choose("a").alias == 1);
  CHECK(choose("b").alias == 2);
  CHECK(choose("a").known);
  CHECK(choose("b").known);

  const AliasSender::Choice third = choose("c");
  CHECK(third.alias == 1);
  CHECK_FALSE(third.known);
  CHECK(choose("b").known);
  CHECK(choose("c").known);
  const AliasSender::Choice first = choose("a");
  CHECK(first.alias == 2);
  CHECK_FALSE(first.known);
}

TEST_CASE("an alias of the caller's choice is known once it was sent with its topic") {
  AliasSender aliases;
  CHECK_FALSE(aliases.use("a", 7));
  CHECK(aliases.use("a", 7));
  CHECK_FALSE(aliases.use("b", 7));
  CHECK_FALSE(aliases.use("a", 7));
}

TEST_CASE("aliases of the caller's choice and chosen ones do not contradict each other") {
  AliasSender aliases;
  CHECK_FALSE(aliases.use("a", 1));
  CHECK(aliases.choose("a", 3).alias == 1);
  CHECK(aliases.choose("a", 3).known);
  CHECK_FALSE(aliases.use("a", 2));
  CHECK(aliases.choose("a", 3).alias == 2);
  CHECK_FALSE(aliases.use("b", 2));
  // Alias 1 still stands for "a" at the receiver, which makes it known, whoever chose it.
  const AliasSender::Choice again = aliases.choose("a", 3);
  CHECK(again.alias == 1);
  CHECK(again.known);
}

TEST_CASE("cleared sent aliases are defined anew [MQTT-3.3.2-7]") {
  AliasSender aliases;
  aliases.choose("a", 2);
  aliases.clear();
  const AliasSender::Choice choice = aliases.choose("a", 2);
  CHECK(choice.alias == 1);
  CHECK_FALSE(choice.known);
}
