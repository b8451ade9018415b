#include <doctest/doctest.h>

#include <mqrig/cli/options.hpp>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/usage_error.hpp>

#include "sample_command.hpp"

using namespace mqrig::cli;
using namespace std::string_literals;
using test::Words;

namespace {

/// "qos=1 retain=true": what was understood, in order.
std::string parsed(std::vector<std::string> typed) {
  const Words words(std::move(typed));
  std::string text;
  for (const Occurrence& seen : parse(test::sample(), words.span()).occurrences) {
    if (!text.empty()) text += ' ';
    text += std::string(seen.option->long_name) + "=" + seen.value;
  }
  return text;
}

std::string fault(std::vector<std::string> typed) {
  try {
    return "parsed: " + parsed(std::move(typed));
  } catch (const UsageError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a value may be the next word, attached, or after an equals sign") {
  CHECK(parsed({"-q", "1"}) == "qos=1");
  CHECK(parsed({"-q1"}) == "qos=1");
  CHECK(parsed({"--qos", "1"}) == "qos=1");
  CHECK(parsed({"--qos=1"}) == "qos=1");
  CHECK(parsed({"--message="}) == "message=");
  CHECK(parsed({"-m", ""}) == "message=");
  CHECK(parsed({"--message=a=b"}) == "message=a=b");
}

TEST_CASE("short flags bundle, the last may take a value") {
  CHECK(parsed({"-rl"}) == "retain=true line=true");
  CHECK(parsed({"-rlq1"}) == "retain=true line=true qos=1");
  CHECK(parsed({"-rq", "2"}) == "retain=true qos=2");
}

TEST_CASE("a value may look like an option") {
  CHECK(parsed({"-m", "-5"}) == "message=-5");
  CHECK(parsed({"-m", "--"}) == "message=--");
  CHECK(parsed({"-m", "--retain", "-r"}) == "message=--retain retain=true");
  CHECK(parsed({"-x", "-1"}) == "expiry=-1");
}

TEST_CASE("-h is the host, as in all MQTT tools") {
  CHECK(parsed({"-h", "broker"}) == "host=broker");
}

TEST_CASE("flags have a negated form and take no value") {
  CHECK(parsed({"--no-retain"}) == "retain=false");
  CHECK(parsed({"--no-reconnect"}) == "reconnect=false");
  CHECK(fault({"--retain=yes"}) == "--retain takes no value");
}

TEST_CASE("after two dashes only bare words follow") {
  CHECK(parsed({"-r", "--", "mqtt://h/t"}) == "retain=true url=mqtt://h/t");
  CHECK(fault({"--", "-r"}).starts_with("unexpected argument '-r'"));
}

TEST_CASE("a bare word is the broker's URL") {
  CHECK(parsed({"mqtt://h/t", "-r"}) == "url=mqtt://h/t retain=true");
  CHECK(fault({"hello"}) ==
        "unexpected argument 'hello': expected an option, or a broker URL such as "
        "mqtt://user@host:1883/topic");
}

TEST_CASE("a property takes three words, a user property four") {
  CHECK(parsed({"-D", "publish", "content-type", "text/plain", "-r"}) ==
        "property=publish\0content-type\0text/plain retain=true"s);
  CHECK(parsed({"-D", "publish", "user-property", "k", "v", "-r"}) ==
        "property=publish\0user-property\0k\0v retain=true"s);
  CHECK(parsed({"--property=will", "User-Property", "k", "-v"}) ==
        "property=will\0User-Property\0k\0-v"s);
  CHECK(fault({"-D", "publish", "user-property", "k"}) ==
        "-D/--property needs a value: PACKET NAME VALUE, or PACKET user-property KEY VALUE");
}

TEST_CASE("long options are not abbreviated, slips get a question") {
  CHECK(fault({"--retai"}) == "unknown option '--retai'; did you mean '--retain'?");
  CHECK(fault({"--tpoic", "x"}) == "unknown option '--tpoic'; did you mean '--topic'?");
  CHECK(fault({"--no-reconect"}) ==
        "unknown option '--no-reconect'; did you mean '--no-reconnect'?");
  CHECK(fault({"--zzz"}) == "unknown option '--zzz'");
  CHECK(fault({"--=x"}) == "unknown option '--'");
  CHECK(fault({"-Z"}) == "unknown option '-Z'");
  CHECK(fault({"-rZ"}) == "unknown option '-Z' in '-rZ'");
  CHECK(fault({"-user", "k=v"}) == "unknown option '-u' in '-user'; did you mean '--user'?");
}

TEST_CASE("a missing value and a doubled message are named") {
  CHECK(fault({"-q"}) == "-q/--qos needs a value: a whole number from 0 to 2");
  CHECK(fault({"-m", "a", "-m", "b"}) == "-m/--message was given twice");
}

TEST_CASE("--help and --version are noticed wherever they stand") {
  const Words help({"-q", "9", "--help"});
  CHECK(parse(test::sample(), help.span()).help);
  const Words version({"--version"});
  CHECK(parse(test::sample(), version.span()).version);
}

TEST_CASE("passwords are wiped from the command line") {
  const Words words({"-P", "geheim", "--password=secret", "-Phidden", "--pw", "abc"});
  const CommandLine line = parse(test::sample(), words.span());
  CHECK(line.occurrences[0].value == "geheim");
  CHECK(line.occurrences[3].value == "abc");
  CHECK(words[1] == "******");
  CHECK(words[2] == "--password=******");
  CHECK(words[3] == "-P******");
  CHECK(words[5] == "***");
}

TEST_CASE("the password of a URL is wiped, the rest stays readable") {
  const Words words(
      {"mqtt://me:p%40ss@h:1883/a@b", "--url=mqtt://me@h:1883/t", "mqtt://h:1/a:b@c"});
  const CommandLine line = parse(test::sample(), words.span());
  CHECK(line.occurrences[0].value == "mqtt://me:p%40ss@h:1883/a@b");
  CHECK(words[0] == "mqtt://me:******@h:1883/a@b");
  CHECK(words[1] == "--url=mqtt://me@h:1883/t");
  CHECK(words[2] == "mqtt://h:1/a:b@c");
}

TEST_CASE("split_property undoes the joining") {
  const std::string three = "publish\0content-type\0text/plain"s;
  const PropertyWords plain = split_property(three);
  CHECK(plain.packet == "publish");
  CHECK(plain.name == "content-type");
  CHECK(plain.key.empty());
  CHECK(plain.value == "text/plain");
  const std::string four = "will\0user-property\0k\0"s;
  const PropertyWords pair = split_property(four);
  CHECK(pair.key == "k");
  CHECK(pair.value.empty());
}
