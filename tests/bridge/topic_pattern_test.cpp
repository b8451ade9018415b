#include <mqrig/bridge/topic_pattern.hpp>

#include <stdexcept>

#include <doctest/doctest.h>

using mqrig::bridge::TopicPattern;

namespace {

std::string mapped(const char* pattern, const char* filter, const char* topic) {
  std::string out;
  TopicPattern(pattern, filter).append(topic, out);
  return out;
}

std::string source(const char* pattern, const char* filter, const char* topic) {
  std::string out;
  return TopicPattern(pattern, filter).append_source(topic, out) ? out : "none";
}

std::string refusal(const char* pattern, const char* filter) {
  try {
    const TopicPattern made(pattern, filter);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("a pattern takes what the wildcards matched") {
  CHECK(mapped("cloud/{1}/t/{#}", "site/+/#", "site/4/a/b") == "cloud/4/t/a/b");
  CHECK(mapped("{2}/{1}", "+/x/+", "a/x/b") == "b/a");
  CHECK(mapped("{1}", "+", "a") == "a");
  CHECK(mapped("{1}-{1}", "+/+", "a/b") == "a-a");
  CHECK(mapped("all/{topic}", "a/#", "a/b/c") == "all/a/b/c");
  CHECK(mapped("{{{1}}}", "a/+", "a/b") == "{b}");
  CHECK(mapped("fixed", "#", "a/b") == "fixed");
  CHECK(mapped("{#}", "#", "a/b") == "a/b");
}

TEST_CASE("levels may be empty, and '#' matches its parent") {
  CHECK(mapped("x/{1}/y", "a/+", "a/") == "x//y");
  CHECK(mapped("x/{1}/{#}", "+/#", "/") == "x//");
  CHECK(mapped("x/{#}", "a/#", "a") == "x");
  CHECK(mapped("x/{#}", "a/#", "a/") == "x/");
  CHECK(mapped("cloud/{1}/t/{#}", "site/+/temp/#", "site/1/temp") == "cloud/1/t");
  CHECK(mapped("{#}/x", "a/#", "a") == "/x");
  CHECK(mapped("/{#}", "a/#", "a") == "/");
}

TEST_CASE("a pattern that cannot work is refused") {
  CHECK(refusal("{3}", "a/+/+") == "'{3}' asks for a '+' of 'a/+/+', which has 2");
  CHECK(refusal("{1}", "a/#") == "'{1}' asks for a '+' of 'a/#', which has 0");
  CHECK(refusal("{#}", "a/+") == "'{#}' asks for the '#' of 'a/+', which has none");
  for (const char* unknown : {"{}", "{0}", "{01}", "{1x}", "{-1}", "{99999}", "{Topic}"}) {
    CHECK(refusal(unknown, "+/#").ends_with("is not known; there are {1}, {2} …, {#} and {topic}"));
  }
  CHECK(refusal("a{1", "+") == "a '{' has no '}'; a brace in the topic is written '{{'");
  CHECK(refusal("a}", "+") == "a '}' has no '{'; a brace in the topic is written '}}'");
  CHECK(refusal("a/+", "+") == "a topic to publish to cannot contain '+' or '#'");
  CHECK(refusal("{1}#", "+") == "a topic to publish to cannot contain '+' or '#'");
}

TEST_CASE("a mapped topic leads back to its source") {
  CHECK(source("cloud/{1}/t/{#}", "site/+/#", "cloud/4/t/a/b") == "site/4/a/b");
  CHECK(source("cloud/{1}/t/{#}", "site/+/#", "cloud/4/t") == "site/4");
  CHECK(source("cloud/{1}/t/{#}", "site/+/#", "cloud/4/t/") == "site/4/");
  CHECK(source("{1}/{#}", "a/+/#", "4") == "a/4");
  CHECK(source("{2}/{1}", "+/x/+", "b/a") == "a/x/b");
  CHECK(source("all/{topic}", "a/#", "all/a/b") == "a/b");
  CHECK(source("{{{1}}}", "a/+", "{b}") == "a/b");
  CHECK(source("{1}-{1}", "a/+", "b-b") == "a/b");
  CHECK(source("fixed", "a/b", "fixed") == "a/b");
}

TEST_CASE("where no topic leads there, none is made up") {
  CHECK(source("cloud/{1}", "site/+", "edge/4") == "none");
  CHECK(source("cloud/{1}", "site/+", "cloud/4/5") == "none");
  CHECK(source("{1}-{1}", "a/+", "b-c") == "none");
  CHECK(source("{2}", "+/+", "b") == "none");
  CHECK(source("fixed", "a/+", "fixed") == "none");
  CHECK(source("all/{topic}", "a/#", "all/b") == "none");
  CHECK(source("x/{topic}", "#", "x/") == "none");
  CHECK(source("x/{topic}", "#", "x/$SYS/a") == "none");
}
