#include <doctest/doctest.h>

#include <mqrig/cli/resolve.hpp>
#include <mqrig/cli/usage_error.hpp>

#include "sample_command.hpp"

using namespace mqrig::cli;
using test::Words;

namespace {

struct Sources {
  std::vector<std::string> typed = {"-l"};
  std::vector<const char*> environment = {};
  std::string config = {};
};

Options resolved(const Sources& sources) {
  const CommandSpec* all[] = {&test::sample(), &test::other()};
  const Words words(sources.typed);
  std::vector<const char*> environment = sources.environment;
  environment.push_back(nullptr);
  return resolve(test::sample(), parse(test::sample(), words.span()), environment.data(),
                 read_config(sources.config, "config.toml", test::sample(), all));
}

std::string fault(const Sources& sources) {
  try {
    resolved(sources);
    return "no fault";
  } catch (const UsageError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a flag beats the environment beats the configuration file beats the default") {
  Sources sources;
  CHECK(resolved(sources).integer("qos") == 0);
  CHECK(resolved(sources).source("qos") == Source::default_value);
  CHECK_FALSE(resolved(sources).has("qos"));
  sources.config = "qos = 1";
  CHECK(resolved(sources).integer("qos") == 1);
  CHECK(resolved(sources).source("qos") == Source::config);
  sources.environment = {"MQRIG_QOS=2"};
  CHECK(resolved(sources).integer("qos") == 2);
  CHECK(resolved(sources).source("qos") == Source::environment);
  sources.typed = {"-l", "-q", "0"};
  CHECK(resolved(sources).integer("qos") == 0);
  CHECK(resolved(sources).source("qos") == Source::flag);
  CHECK(resolved(sources).has("qos"));
}

TEST_CASE("a command's own table beats the top level, another command's is ignored") {
  CHECK(resolved({.config = "qos = 1\n[pub]\nqos = 2"}).integer("qos") == 2);
  CHECK(resolved({.config = "qos = 1\n[sub]\nqos = 2"}).integer("qos") == 1);
}

TEST_CASE("flags can be switched off by a stronger source") {
  CHECK(resolved({.environment = {"MQRIG_RETAIN=1"}}).flag("retain"));
  CHECK_FALSE(resolved({.typed = {"-l", "--no-retain"}, .environment = {"MQRIG_RETAIN=yes"}})
                  .flag("retain"));
  CHECK_FALSE(
      resolved({.environment = {"MQRIG_RETAIN=off"}, .config = "retain = true"}).flag("retain"));
  CHECK(resolved({}).flag("reconnect"));
  CHECK_FALSE(resolved({.config = "reconnect = false"}).flag("reconnect"));
}

TEST_CASE("an empty variable counts as unset") {
  CHECK_FALSE(resolved({.environment = {"MQRIG_QOS=", "MQRIG_HOST"}}).has("qos"));
}

TEST_CASE("the last of several values wins, repeatable options keep all") {
  const Options options =
      resolved({.typed = {"-l", "-q1", "-q2", "-t", "a", "-t", "b", "--user", "k=v"}});
  CHECK(options.integer("qos") == 2);
  CHECK(options.list("topic") == std::vector<std::string_view>{"a", "b"});
  CHECK(options.text("topic") == "b");
  CHECK(options.list("user").size() == 1);
}

TEST_CASE("a stronger source replaces a list, it does not extend it") {
  const Options options = resolved({.typed = {"-l", "-t", "flag"},
                                    .environment = {"MQRIG_TOPIC=env"},
                                    .config = "topic = ['a', 'b']"});
  CHECK(options.list("topic") == std::vector<std::string_view>{"flag"});
}

TEST_CASE("a default shows in the list of a repeatable option") {
  CHECK(resolved({}).list("host") == std::vector<std::string_view>{"localhost"});
  CHECK(resolved({}).list("topic").empty());
  CHECK(resolved({}).source("topic") == Source::none);
}

TEST_CASE("typed lookups read each kind") {
  const Options options = resolved(
      {.typed = {"-l", "-V", "5.0", "-x", "never", "--wait", "250ms", "--rate", "600/m", "--share",
                 "12.5", "--packet-size", "64k", "-D", "publish", "user-property", "k", "v"}});
  CHECK(options.text("version-of") == "5");
  CHECK(options.integer("expiry") == 4'294'967'295);
  CHECK(options.duration("wait") == std::chrono::milliseconds(250));
  CHECK(options.number("rate") == doctest::Approx(10));
  CHECK(options.number("share") == 12.5);
  CHECK(options.integer("packet-size") == 65536);
  REQUIRE(options.properties("property").size() == 1);
  CHECK(options.properties("property")[0].key == "k");
  CHECK(options.text("unix").empty());
  CHECK(options.duration("wait").count() == 250);
}

TEST_CASE("a wrong value names the option or its source, and what is accepted") {
  CHECK(fault({.typed = {"-l", "-q", "abc"}}) ==
        "-q/--qos: invalid value 'abc': expected a whole number from 0 to 2");
  CHECK(fault({.environment = {"MQRIG_QOS=7"}}) ==
        "MQRIG_QOS: invalid value '7': expected a whole number from 0 to 2");
  CHECK(fault({.config = "\nqos = 3"}) ==
        "config.toml:2: qos: invalid value '3': expected a whole number from 0 to 2");
  CHECK(fault({.typed = {"-l", "-V", "aut"}}) ==
        "-V/--version-of: invalid value 'aut': expected one of auto, 5; did you mean 'auto'?");
  CHECK(fault({.typed = {"-l", "-D", "pubish", "x", "y"}}) ==
        "-D/--property: no packet 'pubish' to set properties of; did you mean 'publish'?");
}

TEST_CASE("the packet of a property may be written in capitals") {
  CHECK(resolved({.typed = {"-l", "-D", "PUBLISH", "content-type", "x"}}).has("property"));
}

TEST_CASE("a wrong URL is not printed: it may hold a password") {
  CHECK(fault({.typed = {"-l", "--url", "me:secret@host"}}).find("secret") == std::string::npos);
}

TEST_CASE("options that exclude each other are reported") {
  CHECK(fault({.typed = {"-l", "-m", "x"}}) ==
        "-m/--message and -l/--line exclude each other: give one message source");
  CHECK(fault({.typed = {"-r"}}) == "no message source: give -m/--message or -l/--line");
}

TEST_CASE("among exclusive options the stronger source wins silently") {
  const Options options =
      resolved({.typed = {"-l", "--unix", "/s"}, .environment = {"MQRIG_HOST=broker"}});
  CHECK(options.text("unix") == "/s");
  CHECK_FALSE(options.has("host"));
  CHECK(options.text("host") == "localhost");
  CHECK(fault({.environment = {"MQRIG_HOST=a", "MQRIG_UNIX=/s"}}) ==
        "-h/--host and --unix exclude each other: give one broker");
}

TEST_CASE("asking for an option that the command does not have is a programming error") {
  CHECK_THROWS_AS(resolved({}).text("nonsense"), std::logic_error);
}
