#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <mqrig/cli/diagnostic.hpp>

using namespace mqrig::cli;

namespace {

/// What `write` puts on the descriptor that it is given.
template <typename Write>
std::string written(Write&& write) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  write(ends[1]);
  close(ends[1]);
  char buffer[4096];
  const ssize_t size = read(ends[0], buffer, sizeof buffer);
  close(ends[0]);
  return std::string(buffer, size > 0 ? static_cast<std::size_t>(size) : 0);
}

}  // namespace

TEST_CASE("a line names the program, the command and the severity") {
  CHECK(written([](int end) {
          const Diagnostic diagnostic("mqrig pub", ColourMode::automatic, false, end);
          diagnostic.error("no such host");
          diagnostic.warning("slow");
          diagnostic.notice("connected again");
          diagnostic.debug("not asked for");
        }) ==
        "mqrig pub: error: no such host\nmqrig pub: warning: slow\nmqrig pub: connected again\n");
}

TEST_CASE("quiet keeps errors only") {
  CHECK(written([](int end) {
          const Diagnostic diagnostic("mqrig", ColourMode::never, true, end);
          diagnostic.warning("a");
          diagnostic.notice("b");
          diagnostic.error("c");
        }) == "mqrig: error: c\n");
}

TEST_CASE("colour can be forced, and is off on a pipe") {
  CHECK(written([](int end) { Diagnostic("mqrig", ColourMode::always, false, end).error("x"); }) ==
        "mqrig: \x1b[1;31merror: \x1b[0mx\n");
  CHECK_FALSE(use_colour(-1, ColourMode::automatic));
  CHECK(use_colour(-1, colour_mode("always")));
  CHECK_FALSE(use_colour(-1, colour_mode("never")));
}

TEST_CASE("a text from a broker can't steer the terminal") {
  std::string line;
  append_printable(line, "a\x1b[2Jb\r\nc\td\x7f\xC2\x9B");
  line += '|';
  append_printable(line, "\xC3\xA4 \xE2\x82\xAC");
  CHECK(line == "a\\x1b[2Jb\\r\\nc\\td\\x7f\\xc2\\x9b|\xC3\xA4 \xE2\x82\xAC");
}

TEST_CASE("a line that can't be written is given up") {
  Diagnostic("mqrig", ColourMode::never, false, -1).error("nobody hears this");
}
