#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mqrig/cli/config_file.hpp>
#include <mqrig/cli/usage_error.hpp>

#include "sample_command.hpp"

using namespace mqrig::cli;
using namespace std::string_literals;

namespace {

const CommandSpec* const all[] = {&test::sample(), &test::other()};

ConfigFile read(std::string_view text) {
  return read_config(text, "c.toml", test::sample(), all);
}

std::string fault(std::string_view text) {
  try {
    read(text);
    return "no fault";
  } catch (const UsageError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("every TOML scalar becomes the text that would be typed") {
  const ConfigFile file = read("qos = 1\nshare = 12.5\nretain = true\nunix = '/s'\n");
  REQUIRE(file.entries.size() == 4);
  for (const ConfigEntry& entry : file.entries) {
    REQUIRE(entry.values.size() == 1);
    if (entry.option->long_name == "qos") CHECK(entry.values[0] == "1");
    if (entry.option->long_name == "share") CHECK(entry.values[0] == "12.5");
    if (entry.option->long_name == "retain") CHECK(entry.values[0] == "true");
    if (entry.option->long_name == "unix") CHECK(entry.where == "c.toml:4");
  }
}

TEST_CASE("repeatable options take one value or an array") {
  CHECK(read("topic = 'a'").entries[0].values == std::vector<std::string>{"a"});
  CHECK(read("topic = ['a', 'b']").entries[0].values == std::vector<std::string>{"a", "b"});
  CHECK(fault("qos = [1, 2]") == "c.toml:1: qos: takes one value, not an array");
}

TEST_CASE("properties are arrays of words") {
  CHECK(read("property = [['publish', 'user-property', 'k', 'v'], ['will', 'content-type', 't']]")
            .entries[0]
            .values ==
        std::vector<std::string>{"publish\0user-property\0k\0v"s, "will\0content-type\0t"s});
  const std::string expected =
      "c.toml:1: property: takes an array of arrays such as "
      "[[\"publish\", \"content-type\", \"text/plain\"]]";
  CHECK(fault("property = ['publish', 'content-type', 't']") == expected);
  CHECK(fault("property = [['publish', 'user-property', 'k']]") == expected);
}

TEST_CASE("unknown keys and tables are errors with a question, in any command's table") {
  CHECK(fault("qso = 1") == "c.toml:1: qso: unknown key; did you mean 'qos'?");
  CHECK(fault("\n[sub]\ncuont = 1") == "c.toml:3: cuont: unknown key; did you mean 'count'?");
  CHECK(fault("[pbu]\nqos = 1") == "c.toml:1: pbu: no command has this name; did you mean 'pub'?");
  CHECK(fault("message = 'x'") == "c.toml:1: message: unknown key");
  CHECK(fault("[pub]\ncount = 1") == "c.toml:2: count: unknown key");
}

TEST_CASE("an option of another command may stand at the top, and is left out") {
  CHECK(read("count = 5").entries.empty());
}

TEST_CASE("an option that only shares its name with others stands in its command's table alone") {
  const auto read_other = [](std::string_view text) {
    return read_config(text, "c.toml", test::other(), all);
  };
  CHECK(read("unix = '/s'").entries.size() == 1);
  CHECK(read_other("unix = '/s'").entries.empty());
  REQUIRE(read_other("[sub]\nunix = '/t'").entries.size() == 1);
  CHECK(read_other("[sub]\nunix = '/t'").entries[0].values[0] == "/t");
  CHECK(fault("room = 'x'") == "c.toml:1: room: stands in the table [sub] only");
  CHECK(fault("[pub]\nroom = 'x'") == "c.toml:2: room: unknown key");
}

TEST_CASE("values of a wrong type are errors") {
  CHECK(fault("retain = 1") == "c.toml:1: retain: takes true or false");
  CHECK(fault("qos = true") == "c.toml:1: qos: takes no true or false");
  CHECK(fault("qos = 2026-11-22") == "c.toml:1: qos: takes a value");
  CHECK(fault("topic = ['a', ['b']]") == "c.toml:1: topic: takes values or an array of them");
  CHECK(fault("unix = \"a\\u0000b\"") == "c.toml:1: unix: U+0000 can't stand in a value");
}

TEST_CASE("a text that is no TOML is an error with its line") {
  CHECK(fault("qos = 1\nretain = \n").starts_with("c.toml:2: "));
  CHECK(fault("[[pub]]\nqos = 1").starts_with("c.toml:"));
}

TEST_CASE("a named file must exist, the usual one need not") {
  CHECK_THROWS_AS(load_config("/nonexistent/c.toml", test::sample(), all), UsageError);
  CHECK_THROWS_AS(load_config("/", test::sample(), all), UsageError);
  setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
  CHECK(load_default_config(test::sample(), all).entries.empty());
}

TEST_CASE("the usual file is found in XDG_CONFIG_HOME") {
  char folder[] = "/tmp/mqrig-config-XXXXXX";
  REQUIRE(mkdtemp(folder));
  const std::string inner = std::string(folder) + "/mqrig";
  REQUIRE(std::system(("mkdir " + inner).c_str()) == 0);
  const std::string path = inner + "/config.toml";
  std::ofstream(path) << "qos = 2\n";
  setenv("XDG_CONFIG_HOME", folder, 1);
  const ConfigFile file = load_default_config(test::sample(), all);
  REQUIRE(file.entries.size() == 1);
  CHECK(file.entries[0].where == path + ":1");
  std::remove(path.c_str());
  std::remove(inner.c_str());
  std::remove(folder);
}
