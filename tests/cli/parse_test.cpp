#include <doctest/doctest.h>

#include <mqrig/cli/options.hpp>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/cli/wipe_secret.hpp>

#include "sample_command.hpp"

using namespace mqrig::cli;
using namespace std::string_literals;
using test::Words;

namespace {

/// "qos=1 retain=true": what was understood, in order.
std::string parsed(std::vector<std::string> typed, const CommandSpec& command = test::sample()) {
  const Words words(std::move(typed));
  std::string text;
  for (const Occurrence& seen : parse(command, words.span()).occurrences) {
    if (!text.empty()) text += ' ';
    text += std::string(seen.option->long_name) + "=" + seen.value;
  }
  return text;
}

std::string fault(std::vector<std::string> typed, const CommandSpec& command = test::sample()) {
  try {
    return "parsed: " + parsed(std::move(typed), command);
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

TEST_CASE("a value that looks like an option switches nothing on") {
  CHECK(parsed({"-m", "-D", "-t", "user-property", "-l"}) ==
        "message=-D topic=user-property line=true");
  CHECK(parsed({"-t", "--message=x", "-t", "--retain=yes", "-t", "-rl"}) ==
        "topic=--message=x topic=--retain=yes topic=-rl");
  CHECK(parsed({"-t", "--zzz", "-t", "-Z"}) == "topic=--zzz topic=-Z");
}

TEST_CASE("a value is never taken apart") {
  for (const std::string value :
       {"[a,b]", "[]",   "a,b",      "\"x\"", "'x'",  "`x`",  "{}",  "{a}", "%%",
        "!x",    "true", "=",        "==",    "/a:b", "++",   " x ", "\n",  "\\n",
        "\xFF",  "a\tb", "B\"(x)\"", "-=",    "--=",  "--x=", "---"}) {
    CAPTURE(value);
    const std::string all = "message=" + value + " topic=" + value + " topic=" + value;
    CHECK(parsed({"-m", value, "-t", value, "-t", value}) == all);
    CHECK(parsed({"--message", value, "--topic", value, "-t" + value}) == all);
    CHECK(parsed({"--message=" + value, "-t" + value, "--topic=" + value}) == all);
    CHECK(parsed({"-D", "publish", value, value}) == "property=publish\0"s + value + "\0"s + value);
  }
}

TEST_CASE("an empty value is a value") {
  CHECK(parsed({"--message=", "-r"}) == "message= retain=true");
  CHECK(parsed({"-m", "", "-t", ""}) == "message= topic=");
  CHECK(parsed({"--property=", "", ""}) == "property=\0\0"s);
}

TEST_CASE("options are told in the order in which they were typed") {
  CHECK(parsed({"-t", "b", "-q1", "mqtt://h/t", "--no-retain", "-t", "a", "-r", "-q", "2"}) ==
        "topic=b qos=1 url=mqtt://h/t retain=false topic=a retain=true qos=2");
}

TEST_CASE("-h is the host, as in all MQTT tools") {
  CHECK(parsed({"-h", "broker"}) == "host=broker");
}

TEST_CASE("flags have a negated form and take no value") {
  CHECK(parsed({"--no-retain"}) == "retain=false");
  CHECK(parsed({"--no-reconnect"}) == "reconnect=false");
  CHECK(parsed({"--retain", "--no-retain", "-r"}) == "retain=true retain=false retain=true");
  CHECK(fault({"--retain=yes"}) == "--retain takes no value");
  CHECK(fault({"--retain=true"}) == "--retain takes no value");
  CHECK(fault({"--retain="}) == "--retain takes no value");
  CHECK(fault({"--retain={}"}) == "--retain takes no value");
  CHECK(fault({"-q", "1", "--no-retain=false"}) == "--no-retain takes no value");
}

TEST_CASE("after two dashes only bare words follow") {
  CHECK(parsed({"-r", "--", "mqtt://h/t"}) == "retain=true url=mqtt://h/t");
  CHECK(fault({"--", "-r"}).starts_with("unexpected argument '-r'"));
  CHECK(fault({"--", "--"}).starts_with("unexpected argument '--'"));
  CHECK(parsed({"-m", "--", "-r", "--"}) == "message=-- retain=true");
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
  CHECK(parsed({"-rD", "publish", "user-property", "-k", "--v=w", "mqtt://h/t"}) ==
        "retain=true property=publish\0user-property\0-k\0--v=w url=mqtt://h/t"s);
  CHECK(parsed({"-Dpublish", "a", "--", "-D", "will", "USER-PROPERTY", "-D", "-D"}) ==
        "property=publish\0a\0-- property=will\0USER-PROPERTY\0-D\0-D"s);
  CHECK(fault({"-D", "publish", "content-type"}).starts_with("-D/--property needs a value"));
  CHECK(fault({"-D", "publish", "user-property"}).starts_with("-D/--property needs a value"));
  CHECK(fault({"-D"}).starts_with("-D/--property needs a value"));
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
  CHECK(fault({"-5"}) == "unknown option '-5'");
  CHECK(fault({"-r5"}) == "unknown option '-5' in '-r5'");
  CHECK(fault({"-r-"}) == "unknown option '--' in '-r-'");
  CHECK(fault({"-r-qos=1", "--qos=1"}) == "unknown option '--' in '-r-qos=1'");
  CHECK(fault({"-rrZ", "-rZ"}) == "unknown option '-Z' in '-rrZ'");
  CHECK(fault({"---"}) == "unknown option '---'");
  CHECK(fault({"--!x"}) == "unknown option '--!x'");
  CHECK(fault({"- x"}) == "unknown option '- ' in '- x'");
  CHECK(fault({"-user", "k=v"}) == "unknown option '-u' in '-user'; did you mean '--user'?");
}

TEST_CASE("a missing value and a doubled message are named") {
  CHECK(fault({"-q"}) == "-q/--qos needs a value: a whole number from 0 to 2");
  CHECK(fault({"-m", "a", "-m", "b"}) == "-m/--message was given twice");
}

TEST_CASE("of several faults the first is named") {
  CHECK(fault({"--zzz", "-q"}) == "unknown option '--zzz'");
  CHECK(fault({"-Z", "--retain=yes"}) == "unknown option '-Z'");
  CHECK(fault({"hello", "--zzz"}).starts_with("unexpected argument 'hello'"));
  CHECK(fault({"-rZ", "hello", "-m", "a", "-m"}) == "unknown option '-Z' in '-rZ'");
  CHECK(fault({"-m", "a", "-m"}) == "-m/--message was given twice");
  CHECK(fault({"-m", "a", "-m", "b", "--zzz"}) == "-m/--message was given twice");
}

TEST_CASE("each bare word sets the first of the command's that was not given yet") {
  const CommandSpec& command = test::two_bare_words();
  CHECK(parsed({"a"}, command) == "file=a");
  CHECK(parsed({"a", "b"}, command) == "file=a user=b");
  CHECK(parsed({"--", "-a", "-b"}, command) == "file=-a user=-b");
  CHECK(parsed({"--user=b", "a"}, command) == "user=b file=a");
  CHECK(parsed({"--file=a", "b"}, command) == "file=a user=b");
  CHECK(parsed({"mqtt://h"}) == "url=mqtt://h");
}

TEST_CASE("one bare word too many is not quoted, for it may be a password") {
  CHECK(fault({"a", "b", "c"}, test::two_bare_words()) == "--user was given twice");
  CHECK(fault({"a", "--file", "b"}, test::two_bare_words()) == "--file was given twice");
}

TEST_CASE(
    "a bare URL goes to the option for URLs, other words to the others, the last taking many") {
  const CommandSpec& command = test::words_and_url();
  CHECK(parsed({"run", "a", "mqtt://h"}, command) == "what=run file=a url=mqtt://h");
  CHECK(parsed({"run", "mqtt://h", "a"}, command) == "what=run url=mqtt://h file=a");
  CHECK(parsed({"merge", "a", "b", "c"}, command) == "what=merge file=a file=b file=c");
  CHECK(fault({"run", "mqtt://h", "mqtt://i"}, command) == "--url was given twice");
  const Words words({"run", "mqtt://me:secret@h"});
  parse(command, words.span());
  CHECK(words[1] == "mqtt://me:******@h");
}

TEST_CASE("a bare word with an '@' is not quoted, for it may be a URL with a slip in it") {
  for (const char* word : {"mqtt//u:geheim@h", "u:geheim@h"}) {
    const std::string said = fault({word});
    CHECK(said.starts_with("unexpected argument, not shown as it may have a password"));
    CHECK(said.find("geheim") == std::string::npos);
  }
}

TEST_CASE("a command without a bare word says so") {
  const Words words({"--qos", "1", "hello"});
  CHECK_THROWS_WITH_AS(parse(test::other(), words.span()), "unexpected argument 'hello'",
                       UsageError);
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

TEST_CASE("nothing but the password is wiped") {
  const Words words({"-t", "top", "-rlPp", "-m", "-Ptop", "--pw=", "-P", "--pw=top", "--url", "p"});
  parse(test::sample(), words.span());
  CHECK(words[1] == "top");
  CHECK(words[2] == "-rlP*");
  CHECK(words[4] == "-Ptop");
  CHECK(words[5] == "--pw=");
  CHECK(words[7] == "********");
  CHECK(words[9] == "p");
}

TEST_CASE("a password is wiped even if a later word is wrong") {
  const Words words({"-P", "geheim", "mqtt://u:p@h/t", "--zzz"});
  CHECK_THROWS_AS(parse(test::sample(), words.span()), UsageError);
  CHECK(words[1] == "******");
  CHECK(words[2] == "mqtt://u:*@h/t");
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

TEST_CASE("the query of a URL is wiped, for a token may be in it") {
  const Words words({"ws://me:pass@h/x?tok=geheim"});
  CHECK(parse(test::sample(), words.span()).occurrences[0].value == "ws://me:pass@h/x?tok=geheim");
  CHECK(words[0] == "ws://me:****@h/x?**********");
  std::string path = "/x?tok=a";
  wipe_secret(ValueKind::url_path, path);
  CHECK(path == "/x?*****");
  std::string proxy = "me:pass@proxy:3128";
  wipe_secret(ValueKind::proxy_url, proxy);
  CHECK(proxy == "me:****@proxy:3128");
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
