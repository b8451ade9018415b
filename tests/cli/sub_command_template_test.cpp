#include "apps/mqrig/sub/command_template.hpp"

#include <doctest/doctest.h>

#include <mqrig/cli/usage_error.hpp>

namespace mqrig::sub::tests {
namespace {

using Words = std::vector<std::string>;

wire::Publish message_on(std::string_view topic) {
  wire::Publish message;
  message.topic = topic;
  message.qos = wire::QoS::at_least_once;
  return message;
}

Words filled(std::string_view command, std::string_view topic) {
  return CommandTemplate(command).words(message_on(topic));
}

}  // namespace

TEST_CASE("a command is taken apart as a shell does it") {
  CHECK(split_words("cat") == Words{"cat"});
  CHECK(split_words("  one\ttwo \n three ") == Words{"one", "two", "three"});
  CHECK(split_words("a'b c'd") == Words{"ab cd"});
  CHECK(split_words(R"(a "b c" '' "")") == Words{"a", "b c", "", ""});
  CHECK(split_words(R"(a\ b \\ \' \")") == Words{"a b", "\\", "'", "\""});
  CHECK(split_words(R"('\' "\"" "\$x" "\n" "'")") == Words{"\\", "\"", "$x", "\\n", "'"});
  CHECK(split_words("") == Words{});
}

TEST_CASE("nothing in a command is expanded") {
  CHECK(split_words("echo $HOME * ~ `id` $(id) a;b | c") ==
        Words{"echo", "$HOME", "*", "~", "`id`", "$(id)", "a;b", "|", "c"});
}

TEST_CASE("a quote without its end is an error, and so is a backslash at the end") {
  for (const char* const command : {"a 'b", "a \"b", "a \"b\\\"", "a b\\"}) {
    CAPTURE(command);
    CHECK_THROWS_AS(split_words(command), cli::UsageError);
  }
}

TEST_CASE("topic, QoS, retain flag and levels stand in the words") {
  CHECK(filled("log {topic} {qos}/{retain} x{2}y", "site/hall/lamp") ==
        Words{"log", "site/hall/lamp", "1/0", "xhally"});
  CHECK(filled("log '{1}' \"{3}\" {2}{2}", "a/b/c") == Words{"log", "a", "c", "bb"});
  CHECK(filled("log {1} {2} {3}", "/a") == Words{"log", "", "a", ""});
}

TEST_CASE("what comes from a topic stays one word and is not filled again") {
  for (const char* const topic :
       {"a b", "a' 'b", "a\" b", "$(id)", "`id`", ";id", "a\nb", "{1}", "{{topic}}", "-rf", "\\"}) {
    CAPTURE(topic);
    CHECK(filled("log {topic}", topic) == Words{"log", topic});
  }
}

TEST_CASE("braces of the command's own are left alone") {
  CHECK(filled("awk '{print $1} {x}' {} {0} {01} { {1 1}", "t") ==
        Words{"awk", "{print $1} {x}", "{}", "{0}", "{01}", "{", "{1", "1}"});
  CHECK(filled("jq '{a: {b: 1}}' {{topic}} {{2}} {{topic} {x{1}}", "t") ==
        Words{"jq", "{a: {b: 1}}", "{topic}", "{2}", "{t", "{xt}"});
}

TEST_CASE("the topic can't choose the program") {
  for (const char* const command : {"{topic}", "./{1}", "run-{2} x", "", "  ", "'' x"}) {
    CAPTURE(command);
    CHECK_THROWS_AS(CommandTemplate{command}, cli::UsageError);
  }
  CHECK(CommandTemplate("./{x}").program() == "./{x}");
}

TEST_CASE("the topic can't be a part of a script") {
  for (const char* const command :
       {"sh -c 'echo {topic}'", "/bin/bash -ec 'echo {2}'", "env A=b dash -e -c 'x {topic}'",
        "bash -o pipefail -c 'x {1}'", "sudo zsh --emulate -fc 'x {topic}'",
        "busybox sh -c {topic}", "python3 -c 'print(\"{topic}\")'", "perl -ne 'print \"{1}\"'",
        "sh -c -- 'x {topic}'"}) {
    CAPTURE(command);
    CHECK_THROWS_AS(CommandTemplate{command}, cli::UsageError);
  }
}

TEST_CASE("but the topic may be a word behind it, and numbers are harmless") {
  CHECK(filled("sh -c 'echo \"$1\"' - {topic}", "a/b") ==
        Words{"sh", "-c", "echo \"$1\"", "-", "a/b"});
  CHECK(filled("sh -c 'test {qos} = 1'", "a") == Words{"sh", "-c", "test 1 = 1"});
  CHECK(filled("sh -c 'echo {{topic}}'", "a") == Words{"sh", "-c", "echo {topic}"});
  CHECK(filled("sh ./script -c {topic}", "a") == Words{"sh", "./script", "-c", "a"});
  CHECK(filled("grep -c {topic}", "a") == Words{"grep", "-c", "a"});
}

}  // namespace mqrig::sub::tests
