#include <doctest/doctest.h>

#include <mqrig/cli/suggestion.hpp>

using namespace mqrig::cli;

namespace {

std::string_view nearest(std::string_view typed) {
  Suggestion suggestion(typed);
  for (const auto* word :
       {"topic", "timeout", "retain", "reconnect-delay", "reconnect-max-delay"}) {
    suggestion.offer(word);
  }
  return suggestion.best();
}

}  // namespace

TEST_CASE("an edit inserts, deletes, replaces, or swaps neighbours") {
  CHECK(edit_distance("topic", "topic") == 0);
  CHECK(edit_distance("topic", "topc") == 1);
  CHECK(edit_distance("topic", "topicc") == 1);
  CHECK(edit_distance("topic", "tobic") == 1);
  CHECK(edit_distance("topic", "tpoic") == 1);
  CHECK(edit_distance("", "abc") == 3);
}

TEST_CASE("a slip finds its word, an unfinished word too, a stranger none") {
  CHECK(nearest("tpoic") == "topic");
  CHECK(nearest("retian") == "retain");
  CHECK(nearest("reconnect-max") == "reconnect-max-delay");
  CHECK(nearest("colour").empty());
  CHECK(nearest("x").empty());
}

TEST_CASE("the question quotes the word as it would be typed") {
  Suggestion suggestion("qso");
  CHECK(suggestion.question("--").empty());
  suggestion.offer("qos");
  CHECK(suggestion.question("--") == "; did you mean '--qos'?");
}
