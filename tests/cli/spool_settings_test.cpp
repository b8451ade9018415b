// What the options of `mqrig spool` come to.
#include "apps/mqrig/spool/settings.hpp"

#include <doctest/doctest.h>

#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/resolve.hpp>
#include <mqrig/cli/usage_error.hpp>

#include "apps/mqrig/spool/command.hpp"
#include "sample_command.hpp"

using namespace mqrig;
using namespace mqrig::spool;
using namespace std::chrono_literals;

namespace {

Settings settings(std::vector<std::string> typed, const char* variable = nullptr) {
  const cli::test::Words words(std::move(typed));
  const char* const environment[] = {variable, nullptr};
  const cli::CommandLine line = cli::parse(command(), words.span());
  return read_settings(cli::resolve(command(), line, environment, {}));
}

std::string fault(std::vector<std::string> typed) {
  try {
    settings(std::move(typed));
    return "no fault";
  } catch (const cli::UsageError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("three bare words are action, file and queue") {
  const Settings show = settings({"show", "a.spool", "q", "--limit", "3"});
  CHECK(show.action == Action::show);
  CHECK(show.file == "a.spool");
  CHECK(show.queue == "q");
  CHECK(show.limit == 3U);
  CHECK_FALSE(settings({"export", "a.spool"}).queue.has_value());
  CHECK(settings({"purge", "f", "q", "--older-than", "7d"}).older_than == 7 * 24h);
  CHECK(settings({"verify", "f", "--repair"}).repair);
}

TEST_CASE("a word that is missing or too many is named") {
  CHECK(fault({}) ==
        "no action given: ls, show, export, import, requeue, purge or verify is missing");
  CHECK(fault({"show"}) == "no spool given: FILE is missing after show");
  CHECK(fault({"purge", "f"}).find("QUEUE is missing") != std::string::npos);
  CHECK(fault({"verify", "f", "q"}) == "verify is for a whole file: 'q' is one word too many");
}

TEST_CASE("an option of another action is an error when it is typed, and not when it is only set") {
  CHECK(fault({"ls", "f", "--limit", "1"}) == "--limit is not for ls");
  CHECK(fault({"export", "f", "-v"}) == "-v/--verbose is not for export");
  CHECK(fault({"show", "f", "--yes"}) == "--yes is not for show");
  CHECK(settings({"export", "f"}, "MQRIG_VERBOSE=1").action == Action::export_lines);
}
