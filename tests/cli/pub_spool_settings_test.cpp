// What `mqrig pub` makes of --spool, and the place in a file that it keeps there.
#include <doctest/doctest.h>

#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/resolve.hpp>
#include <mqrig/cli/usage_error.hpp>

#include "apps/mqrig/pub/input_position.hpp"
#include "apps/mqrig/pub/job.hpp"
#include "apps/mqrig/pub/message_position.hpp"
#include "apps/mqrig/pub/pub.hpp"
#include "sample_command.hpp"

using namespace mqrig;
using namespace mqrig::pub;

namespace {

Job job(std::vector<std::string> typed) {
  typed.insert(typed.end(), {"-t", "a", "-l"});
  const cli::test::Words words(std::move(typed));
  const char* const environment[] = {nullptr};
  return read_job(cli::resolve(command(), cli::parse(command(), words.span()), environment, {}));
}

std::string fault(std::vector<std::string> typed) {
  try {
    job(std::move(typed));
    return "no fault";
  } catch (const cli::UsageError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("without a spool the session ends with the run") {
  const Job plain = job({"-q", "1"});
  CHECK_FALSE(plain.spool.has_value());
  CHECK(plain.client.clean_start);
  CHECK_FALSE(plain.client.keep_trying);
  CHECK_FALSE(plain.client.flush_by_owner);
}

TEST_CASE("with a spool the session is continued, and an absent broker waited for") {
  const Job spooled = job({"--spool", "f", "--resume", "--spool-limit", "2k", "-i", "me"});
  REQUIRE(spooled.spool.has_value());
  CHECK(spooled.spool->path == "f");
  CHECK(spooled.spool->resume);
  CHECK(spooled.spool->own_client_id);
  CHECK(spooled.spool->limit == 2048);
  CHECK_FALSE(spooled.client.clean_start);
  CHECK(spooled.client.session_expiry == 0xFFFF'FFFF);
  CHECK(spooled.client.keep_trying);
  CHECK(spooled.client.flush_by_owner);
  CHECK(job({"--spool", "f", "-x", "1h"}).client.session_expiry == 3600U);
  CHECK_FALSE(job({"--spool", "f", "--no-reconnect"}).client.keep_trying);
  CHECK_FALSE(job({"--spool", "f"}).spool->own_client_id);
}

TEST_CASE("what does not go together with a spool, or without one, is refused") {
  CHECK(fault({"--resume"}) == "--resume is for a run with --spool");
  CHECK(fault({"--spool-limit", "1M"}) == "--spool-limit is for a run with --spool");
  CHECK(fault({"--spool", "f", "--topic-alias", "1"}).starts_with("a topic alias"));
  CHECK(fault({"--spool", "f", "--clean-start"}).starts_with("--clean-start does not go with"));
  CHECK(fault({"--spool", "f", "-x", "0"}).starts_with("--spool needs a session that the broker"));
}

TEST_CASE("a position is read as it is written, and nothing else is one") {
  InputPosition position;
  position.device = 7;
  position.inode = ~std::uint64_t{0};
  position.offset = 12;
  position.records = 3;
  position.kind = payload::RecordKind::null_records;
  position.ended = true;
  position.content = 99;
  const auto read = InputPosition::parse(position.text());
  REQUIRE(read.has_value());
  CHECK(read->same_file(position));
  CHECK(read->offset == 12);
  CHECK(read->records == 3);
  CHECK(read->kind == payload::RecordKind::null_records);
  CHECK(read->ended);
  CHECK(read->content == 99);
  for (const std::string_view text :
       {"", "2", "1 7 8 12 3 0 0", "2 7 8 12 3 0 0", "2 7 8 12 3 9 0 1", "2 7 8 12 3 0 0 1 0",
        "2 7 8 x 3 0 0 1", "2 7 8 12 3 0 0 1 "}) {
    CAPTURE(text);
    CHECK_FALSE(InputPosition::parse(text).has_value());
  }
}

TEST_CASE("a single message is known again, and each that differs is another one") {
  const auto position = [](std::vector<std::string> typed) {
    typed.insert(typed.end(), {"-q", "1"});
    const cli::test::Words words(std::move(typed));
    const char* const environment[] = {nullptr};
    const cli::Options options =
        cli::resolve(command(), cli::parse(command(), words.span()), environment, {});
    return MessagePosition::of(read_job(options));
  };
  const MessagePosition first = position({"-t", "a", "-m", "bc"});
  CHECK(position({"-t", "a", "-m", "bc", "--repeat", "2"}).message == first.message);
  CHECK(position({"-t", "a", "-m", "bc", "--repeat", "2"}).wanted == 2);
  for (const std::vector<std::string>& other : {std::vector<std::string>{"-t", "ab", "-m", "c"},
                                                {"-t", "a", "-m", "bd"},
                                                {"-t", "a", "-m", "bc", "-r"},
                                                {"-t", "a", "-m", "bc", "--content-type", "x"}}) {
    CHECK(position(other).message != first.message);
  }
  const auto read = MessagePosition::parse(MessagePosition{1, 2, 3}.text());
  REQUIRE(read.has_value());
  CHECK(read->message == 1);
  CHECK(read->taken == 2);
  CHECK(read->wanted == 3);
  CHECK_FALSE(MessagePosition::parse("2 1 2 3").has_value());
}
