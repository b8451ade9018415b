#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include <mqrig/payload/line_splitter.hpp>

using namespace mqrig::payload;
using namespace std::string_view_literals;

namespace {

using Records = std::vector<std::string>;

void drain(LineSplitter& splitter, Records& records) {
  std::string_view record;
  while (splitter.next(record) == SplitStatus::record) records.emplace_back(record);
}

Records split(std::string_view input, std::size_t block, char separator = '\n') {
  LineSplitter splitter(separator);
  Records records;
  for (std::size_t i = 0; i < input.size(); i += block) {
    // A copy of its own, freed at once: a view into an old block would be found by ASan.
    const std::string piece(input.substr(i, block));
    splitter.feed(piece);
    drain(splitter, records);
  }
  std::string_view record;
  if (splitter.finish(record) == SplitStatus::record) records.emplace_back(record);
  return records;
}

}  // namespace

TEST_CASE("lines are split the same however the input is cut into blocks") {
  const auto input = "one\n\ntwo\r\nth\0ree\nlast"sv;
  const Records expected{"one", "", "two\r", std::string("th\0ree"sv), "last"};
  for (std::size_t block = 1; block <= input.size(); ++block) {
    CAPTURE(block);
    CHECK(split(input, block) == expected);
  }
}

TEST_CASE("a last line without its newline counts, an empty one does not") {
  CHECK(split("a\nb", 64) == Records{"a", "b"});
  CHECK(split("a\nb\n", 64) == Records{"a", "b"});
  CHECK(split("\n", 64) == Records{""});
  CHECK(split("", 64).empty());
}

TEST_CASE("records may be separated by NUL") {
  CHECK(split("a\nb\0c\0"sv, 2, '\0') == Records{"a\nb", "c"});
}

TEST_CASE("a consumer may stop after any record and lose nothing") {
  const std::string block = "a\nb\nc\nd";
  LineSplitter splitter;
  splitter.feed(block);
  std::string_view record;
  REQUIRE(splitter.next(record) == SplitStatus::record);
  CHECK(record == "a");
  REQUIRE(splitter.next(record) == SplitStatus::record);
  CHECK(record == "b");
  CHECK(splitter.next(record) == SplitStatus::record);
  CHECK(record == "c");
  CHECK(splitter.next(record) == SplitStatus::need_more);
  CHECK(splitter.next(record) == SplitStatus::need_more);
  CHECK(splitter.has_partial());
  splitter.feed("e\n");
  REQUIRE(splitter.next(record) == SplitStatus::record);
  CHECK(record == "de");
  CHECK_FALSE(splitter.has_partial());
}

TEST_CASE("a record inside a block is a view of the block") {
  const std::string block = "abc\ndef\n";
  LineSplitter splitter;
  splitter.feed(block);
  std::string_view record;
  REQUIRE(splitter.next(record) == SplitStatus::record);
  CHECK(record.data() == block.data());
}

TEST_CASE("a record above the maximum is refused before it is kept") {
  std::string_view record;
  SUBCASE("within a block") {
    LineSplitter splitter('\n', 3);
    splitter.feed("abc\nabcd\nx\n");
    CHECK(splitter.next(record) == SplitStatus::record);
    CHECK(splitter.next(record) == SplitStatus::too_long);
    CHECK(splitter.next(record) == SplitStatus::too_long);
  }
  SUBCASE("over blocks") {
    LineSplitter splitter('\n', 3);
    splitter.feed("ab");
    CHECK(splitter.next(record) == SplitStatus::need_more);
    splitter.feed("cd");
    CHECK(splitter.next(record) == SplitStatus::too_long);
    CHECK(splitter.finish(record) == SplitStatus::too_long);
  }
}

TEST_CASE("random input in random blocks comes out whole") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::string input;
    Records expected{""};
    for (std::size_t i = random() % 300; i > 0; --i) {
      const char c = random() % 4 == 0 ? '\n' : static_cast<char>(random());
      input.push_back(c);
      if (c == '\n') {
        expected.emplace_back();
      } else {
        expected.back().push_back(c);
      }
    }
    if (expected.back().empty()) expected.pop_back();
    CHECK(split(input, 1 + random() % 40) == expected);
  }
}
