// What each list allows was tried out with mosquitto 2.0.11; where the answers differ, the case
// says so.
#include <mqrig/broker/acl.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

using mqrig::broker::Access;
using mqrig::broker::Acl;
using mqrig::broker::Permissions;

namespace {

Acl parse(std::string_view text) {
  std::string error;
  const auto acl = Acl::parse(text, error);
  REQUIRE_MESSAGE(acl.has_value(), error);
  return *acl;
}

std::string error_of(std::string_view text) {
  std::string error;
  CHECK_FALSE(Acl::parse(text, error));
  return error;
}

// "rw", "r", "w" or "".
std::string rights(Permissions permissions, std::string_view topic) {
  std::string result;
  if (permissions.may(Access::read, topic)) result += 'r';
  if (permissions.may(Access::write, topic)) result += 'w';
  return result;
}

// Of the client "c" with this user name.
std::string rights(const Acl& acl, std::string_view user, std::string_view topic) {
  return rights(acl.permissions(user, "c"), topic);
}

}  // namespace

TEST_CASE("without a list everything is allowed, with an empty one nothing") {
  Permissions permissions;
  CHECK(permissions.may(Access::read, "a"));
  CHECK(permissions.may(Access::write, "a"));
  CHECK(permissions.may(Access::subscribe, "#"));
  CHECK(rights(parse(""), "", "a") == "");
  CHECK(rights(parse("# nothing\n\n"), "u", "a") == "");
}

TEST_CASE("a topic may be read, written or both") {
  const Acl acl = parse(
      "topic read a/r\n"
      "topic write a/w\n"
      "topic readwrite a/rw\n"
      "topic a/both\n"
      "topic write twice\n"
      "topic read twice\n");
  CHECK(rights(acl, "", "a/r") == "r");
  CHECK(rights(acl, "", "a/w") == "w");
  CHECK(rights(acl, "", "a/rw") == "rw");
  CHECK(rights(acl, "", "a/both") == "rw");
  CHECK(rights(acl, "", "twice") == "rw");
  CHECK(rights(acl, "", "a/none") == "");
  CHECK(rights(acl, "", "a") == "");
}

TEST_CASE("topics before the first user are for clients without a user name") {
  const Acl acl = parse("topic a/0\nuser u\ntopic a/1\nuser v\ntopic a/2\nuser u\ntopic a/3\n");
  CHECK(rights(acl, "", "a/0") == "rw");
  CHECK(rights(acl, "", "a/1") == "");
  CHECK(rights(acl, "u", "a/0") == "");
  CHECK(rights(acl, "u", "a/1") == "rw");
  CHECK(rights(acl, "u", "a/2") == "");
  CHECK(rights(acl, "u", "a/3") == "rw");
  CHECK(rights(acl, "v", "a/2") == "rw");
  CHECK(rights(acl, "w", "a/2") == "");
}

TEST_CASE("a topic that is denied stays so, wherever the line stands") {
  const Acl acl = parse("topic readwrite a/#\ntopic deny a/b/#\ntopic readwrite a/b/c\n");
  CHECK(rights(acl, "", "a/b/c") == "");
  CHECK(rights(acl, "", "a/b") == "");
  CHECK(rights(acl, "", "a/d") == "rw");
}

TEST_CASE("a user's topics decide before the patterns do, whether they allow or deny") {
  const Acl acl = parse(
      "user u\ntopic readwrite a/#\n"
      "user v\ntopic deny p/x\n"
      "pattern deny a/x\npattern readwrite p/#\n");
  CHECK(rights(acl, "u", "a/x") == "rw");
  CHECK(rights(acl, "v", "p/x") == "");
  CHECK(rights(acl, "v", "p/y") == "rw");
  CHECK(rights(acl, "", "p/x") == "rw");
}

TEST_CASE(
    "%u and %c in patterns stand for user name and client identifier, in topics for nothing") {
  const Acl acl = parse(
      "topic lit/%c/x\n"
      "pattern d/%c/x\npattern write u/%u/x\npattern m/pre%cpost/x\npattern t/%u%c\n");
  CHECK(rights(acl, "u", "d/c/x") == "rw");
  CHECK(rights(acl, "u", "d/d/x") == "");
  CHECK(rights(acl, "u", "u/u/x") == "w");
  CHECK(rights(acl, "u", "m/precpost/x") == "rw");
  CHECK(rights(acl, "u", "t/uc") == "rw");
  CHECK(rights(acl, "", "lit/c/x") == "");
  CHECK(rights(acl, "", "lit/%c/x") == "rw");
}

TEST_CASE("a pattern with %u is not for clients without a user name, one without is for all") {
  const Acl acl = parse("pattern u/%u/x\npattern d/%c/x\npattern deny all/%u\npattern all/#\n");
  CHECK(rights(acl, "", "u//x") == "");
  CHECK(rights(acl, "", "d/c/x") == "rw");
  CHECK(rights(acl, "", "all/") == "rw");
  CHECK(rights(acl, "u", "all/u") == "");
}

TEST_CASE("names that are filled in are not looked at again") {
  const Acl acl = parse("pattern u/%u/x\n");
  CHECK(rights(acl, "%c", "u/%c/x") == "rw");
  CHECK(rights(acl, "%c", "u/c/x") == "");
}

TEST_CASE("for whom has a wildcard in a name, no pattern allows anything") {
  const Acl acl = parse("user +\ntopic a/b\npattern u/%u/x\npattern p/x\n");
  CHECK(rights(acl, "+", "a/b") == "rw");
  CHECK(rights(acl, "+", "u/+/x") == "");
  CHECK(rights(acl, "+", "u/q/x") == "");
  CHECK(rights(acl, "+", "p/x") == "");
  CHECK(rights(acl.permissions("u", "#"), "p/x") == "");
  CHECK(rights(acl.permissions("u", "a+b"), "u/u/x") == "");
}

TEST_CASE("a name with '/' does not reach into what belongs to another name") {
  // mosquitto allows d/a/b/x to the client "a/b".
  const Acl acl = parse("pattern d/%c/x\npattern read u/%u/#\npattern p/#\npattern deny p/%c/y\n");
  CHECK(rights(acl.permissions("u", "a/b"), "d/a/b/x") == "");
  CHECK(rights(acl.permissions("other/x", "c"), "u/other/x/y") == "");
  // What such a name is denied, it is.
  CHECK(rights(acl.permissions("u", "a/b"), "p/a/b/y") == "");
  CHECK(rights(acl.permissions("u", "a/b"), "p/a/b/z") == "rw");
}

TEST_CASE("a name does not make a topic begin with '$'") {
  const Acl acl = parse("pattern %c/#\npattern $x/%c\n");
  CHECK(rights(acl.permissions("", "$SYS"), "$SYS/a") == "");
  CHECK(rights(acl.permissions("", "$SYS"), "$x/$SYS") == "rw");
  CHECK(rights(acl.permissions("", "c"), "c/a") == "rw");
}

TEST_CASE(
    "[MQTT-4.7.2-1] a rule that begins with a wildcard is not about topics that begin with '$'") {
  const Acl acl = parse("topic #\ntopic +/q\npattern +/z\ntopic $x/#\n");
  CHECK(rights(acl, "", "a") == "rw");
  CHECK(rights(acl, "", "$SYS/q") == "");
  CHECK(rights(acl, "", "$SYS/z") == "");
  CHECK(rights(acl, "", "$x/q") == "rw");
}

TEST_CASE("a subscription is refused only when nothing could ever be delivered") {
  // mosquitto grants all of them, and delivers as little.
  const Acl acl = parse(
      "topic read a/#\ntopic deny a/secret/#\ntopic write w\n"
      "pattern read p/%c/+\npattern deny p/+/secret\n");
  Permissions permissions = acl.permissions("", "c");
  for (const char* granted :
       {"a", "a/#", "a/+", "#", "+/b", "a/+/x", "p/c/1", "p/+/1", "+/+/+", "p/c/#"}) {
    CAPTURE(granted);
    CHECK(permissions.may(Access::subscribe, granted));
  }
  for (const char* refused : {"a/secret", "a/secret/+", "a/secret/#", "b", "b/#", "w", "p/c",
                              "p/c/secret", "p/+/secret", "p/d/1", "$SYS/#", "p/c/1/2"}) {
    CAPTURE(refused);
    CHECK_FALSE(permissions.may(Access::subscribe, refused));
  }
}

TEST_CASE("answers that are remembered are those of their own topic and access") {
  const Acl acl = parse("topic read r/#\ntopic write w/#\n");
  Permissions permissions = acl.permissions("", "c");
  const std::string longer(100, 'x');
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 30; ++i) {
      const std::string end = std::to_string(i);
      CHECK(permissions.may(Access::read, "r/" + end));
      CHECK_FALSE(permissions.may(Access::write, "r/" + end));
      CHECK(permissions.may(Access::write, "w/" + end));
      CHECK_FALSE(permissions.may(Access::read, "w/" + end));
      CHECK(permissions.may(Access::read, "r/" + longer + end));
      CHECK_FALSE(permissions.may(Access::write, "r/" + longer + end));
    }
  }
}

TEST_CASE("permissions outlive the list that they came from") {
  Permissions permissions;
  {
    const Acl acl = parse("user u\ntopic a/#\n");
    permissions = acl.permissions("u", "c");
  }
  CHECK(rights(std::move(permissions), "a/b") == "rw");
}

TEST_CASE("spaces separate the words of a line, and may be part of names and topics") {
  const Acl acl = parse(
      "  # a comment\r\n"
      "topic read  a b\r\n"
      "\ttopic\twrite   t \n"
      "user  u v \n"
      "topic write   c d  ");
  CHECK(rights(acl, "", "a b") == "r");
  CHECK(rights(acl, "", "t") == "w");
  CHECK(rights(acl, "u v", "c d") == "w");
}

TEST_CASE("the only word after topic is the topic") {
  const Acl acl = parse("topic read\ntopic deny\n");
  CHECK(rights(acl, "", "read") == "rw");
  CHECK(rights(acl, "", "deny") == "rw");
}

TEST_CASE("an error says in which line it is and what is wrong") {
  CHECK(error_of("topic a\n\ntopics b\n") == "line 3: 'topics' is none of user, topic, pattern");
  CHECK(error_of("topic\n") == "line 1: the topic is missing");
  CHECK(error_of("pattern ") == "line 1: the topic is missing");
  CHECK(error_of("#\nuser \n") == "line 2: the user name is missing");
  CHECK(error_of("User x") == "line 1: 'User' is none of user, topic, pattern");
  CHECK(error_of("topic Read a") == "line 1: 'Read' is none of read, write, readwrite, deny");
  CHECK(error_of("topic read a/#/b") ==
        "line 1: the topic 'a/#/b' is not right: '#' must be the last character");
  CHECK(error_of("pattern a+") ==
        "line 1: the topic 'a+' is not right: '+' and '#' must stand alone between slashes");
}
