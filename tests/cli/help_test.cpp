#include <doctest/doctest.h>

#include <mqrig/cli/help.hpp>
#include <mqrig/cli/wrap.hpp>

#include "sample_command.hpp"

using namespace mqrig::cli;

TEST_CASE("text breaks at blanks and hangs under its start") {
  std::string out = "ab ";
  append_wrapped(out, "one two three", 3, 3, 10);
  CHECK(out == "ab one two\n   three\n");
}

TEST_CASE("a word longer than the line stays whole") {
  std::string out;
  append_wrapped(out, "x incomprehensibilities y", 0, 0, 8);
  CHECK(out == "x\nincomprehensibilities\ny\n");
}

TEST_CASE("help shows short and long name, value, default and variable") {
  const std::string help = render_help(test::sample(), 80);
  CHECK(help.find("Usage: mqrig pub [OPTION...] -m TEXT\n") != std::string::npos);
  CHECK(help.find("  -q, --qos QOS                 quality of service [default 0, $MQRIG_QOS]\n") !=
        std::string::npos);
}

TEST_CASE("a flag that is on by default is shown by the name that switches it off") {
  const std::string help = render_help(test::sample(), 80);
  CHECK(help.find("      --no-reconnect ") != std::string::npos);
  CHECK(help.find(" --reconnect ") == std::string::npos);
}
