#include <doctest/doctest.h>

#include <mqrig/cli/completion.hpp>
#include <mqrig/cli/mdoc.hpp>

#include "sample_command.hpp"

using namespace mqrig::cli;

TEST_CASE("each sentence of a manual has its own line, and no word is taken for a macro") {
  std::string page;
  mdoc::text(page, "Use --no-x or '-q 1'. A \\ stays. .Dotted too");
  CHECK(page == "Use \\-\\-no\\-x or \\(aq\\-q 1\\(aq.\nA \\e stays.\n\\&.Dotted too\n");
}

TEST_CASE("references name the page and its section") {
  std::string page;
  mdoc::reference(page, "mqrig-sub(1)", " ,");
  CHECK(page == ".Sy mqrig-sub Ns (1) ,\n");
}

TEST_CASE("choices and short ranges are offered to the shell") {
  static constexpr Choice choices[] = {{"a"}, {"b"}, {"c", {}, "a"}};
  CHECK(completion_words({.long_name = "x", .kind = ValueKind::choice, .choices = choices}) ==
        "a b");
  CHECK(completion_words({.long_name = "x", .kind = ValueKind::integer, .maximum = 2}) == "0 1 2");
  CHECK(completion_words({.long_name = "x", .kind = ValueKind::integer, .maximum = 65535}).empty());
  CHECK(completion_words({.long_name = "x", .kind = ValueKind::text}).empty());
}

TEST_CASE("where a bare word may be a file, each shell offers files") {
  const CommandSpec* with[] = {&test::two_bare_words()};
  CHECK(render_bash_completion(with).find("$cur != -*") != std::string::npos);
  CHECK(render_zsh_completion(with).find("\n        '::FILE:_files' '::USER: '\n") !=
        std::string::npos);
  CHECK(render_fish_completion(with).find("subcommand_from passwd' -F\n") != std::string::npos);
  const CommandSpec* without[] = {&test::sample()};
  CHECK(render_bash_completion(without).find("$cur != -*") == std::string::npos);
  CHECK(render_zsh_completion(without).find("\n        '::URL: '\n") != std::string::npos);
  CHECK(render_fish_completion(without).find("subcommand_from pub' -F\n") == std::string::npos);
}

TEST_CASE("quotes inside a quoted text are written as the shell wants them") {
  CHECK(single_quoted("can't", "'\\''") == "'can'\\''t'");
}
