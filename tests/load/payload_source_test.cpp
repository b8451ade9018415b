#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include <mqrig/load/payload_source.hpp>
#include <mqrig/load/stamp.hpp>

#include <tests/wire/counting_new.hpp>

using namespace mqrig;
using namespace mqrig::load;
using mqrig::wire::test::allocation_count;

namespace {

PayloadSource source_of(PayloadSpec spec) {
  return PayloadSource(std::make_shared<const PayloadSpec>(std::move(spec)));
}

PayloadSpec text_spec(std::string_view text, bool stamped = true) {
  std::string error;
  auto compiled = TextTemplate::compile(text, error);
  REQUIRE_MESSAGE(compiled.has_value(), error);
  return {*compiled, stamped};
}

std::string text_of(const PayloadSource::Payload& payload) {
  return std::string(wire::as_text(payload.bytes));
}

// What follows the stamp. The stamp's room is overwritten, as its user does.
std::string body_of(const PayloadSource::Payload& payload) {
  REQUIRE(payload.stamped);
  REQUIRE(payload.bytes.size() >= Stamp::size);
  const auto body = payload.bytes.subspan(Stamp::size);
  CHECK(payload.body_digest == StampCodec::digest(body));
  std::fill_n(payload.bytes.begin(), Stamp::size, std::uint8_t{'!'});
  return std::string(wire::as_text(body));
}

struct Fixture {
  SmallRandom random{1};
  TextValues values{.random = random, .client = 7, .user = "anna"};
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a payload of a fixed size has this size with its stamp") {
  PayloadSource source = source_of({PayloadSpec::Sizes{100, 100}});
  const std::string first = body_of(source.make(values));
  CHECK(first.size() == 84);
  CHECK(body_of(source.make(values)) == first);
  CHECK(body_of(source_of({PayloadSpec::Sizes{100, 100}}).make(values)) == first);
  CHECK(body_of(source_of({PayloadSpec::Sizes{16, 16}}).make(values)).empty());
}

TEST_CASE_FIXTURE(Fixture, "filler is printable and has no pattern") {
  const std::string filler = body_of(source_of({PayloadSpec::Sizes{6416, 6416}}).make(values));
  std::map<char, int> counts;
  for (const char c : filler) {
    CHECK(c > ' ');
    CHECK(c < 127);
    ++counts[c];
  }
  CHECK(counts.size() == 64);
  for (const auto& [c, count] : counts) CHECK(count < 150);
}

TEST_CASE_FIXTURE(Fixture, "a payload that is too small for a stamp has none") {
  for (const std::uint32_t size : {0U, 1U, 15U}) {
    PayloadSource source = source_of({PayloadSpec::Sizes{size, size}});
    const PayloadSource::Payload payload = source.make(values);
    CHECK_FALSE(payload.stamped);
    CHECK(payload.bytes.size() == size);
    CHECK(payload.body_digest == 0);
  }
}

TEST_CASE_FIXTURE(Fixture, "where no stamps are wanted all is body") {
  PayloadSource sized = source_of({PayloadSpec::Sizes{100, 100}, false});
  CHECK_FALSE(sized.make(values).stamped);
  CHECK(sized.make(values).bytes.size() == 100);
  CHECK(text_of(source_of(text_spec("{client}", false)).make(values)) == "7");
  CHECK(text_of(source_of(text_spec("plain", false)).make(values)) == "plain");
  CHECK(text_of(source_of({PayloadSpec::Contents{"bytes"}, false}).make(values)) == "bytes");
  PayloadSource lines = source_of({PayloadSpec::Lines{{"a", "b"}}, false});
  CHECK(text_of(lines.make(values)) == "a");
  CHECK(lines.make(values).body_digest == 0);
}

TEST_CASE_FIXTURE(Fixture, "sizes of a range come equally often, stamped where there is room") {
  PayloadSource source = source_of({PayloadSpec::Sizes{10, 29}});
  const std::string filler = body_of(source_of({PayloadSpec::Sizes{116, 116}}).make(values));
  std::map<std::size_t, int> counts;
  for (int i = 0; i < 20'000; ++i) {
    const PayloadSource::Payload payload = source.make(values);
    ++counts[payload.bytes.size()];
    CHECK(payload.stamped == (payload.bytes.size() >= Stamp::size));
    // Stamps that were written leave no trace in other payloads.
    const std::string body = payload.stamped ? body_of(payload) : text_of(payload);
    CHECK(body == filler.substr(0, body.size()));
  }
  CHECK(counts.size() == 20);
  CHECK(counts.begin()->first == 10);
  CHECK(counts.rbegin()->first == 29);
  for (const auto& [size, count] : counts) {
    CHECK(count > 850);
    CHECK(count < 1150);
  }
}

TEST_CASE_FIXTURE(Fixture, "a range with more sizes than digests are kept for is right as well") {
  const std::uint32_t largest = 20 + 2 * PayloadSource::most_kept_digests;
  PayloadSource source = source_of({PayloadSpec::Sizes{20, largest}});
  std::size_t highest = 0;
  for (int i = 0; i < 1000; ++i) {
    const PayloadSource::Payload payload = source.make(values);
    highest = std::max(highest, payload.bytes.size());
    body_of(payload);
  }
  CHECK(highest > 20 + PayloadSource::most_kept_digests);
}

TEST_CASE_FIXTURE(Fixture, "a text follows the stamp, rendered for each message") {
  PayloadSource source = source_of(text_spec("{client} says {n} to {user}"));
  CHECK(body_of(source.make(values)) == "7 says 0 to anna");
  values.number = 1000;
  CHECK(body_of(source.make(values)) == "7 says 1000 to anna");
  values.number = 5;
  CHECK(body_of(source.make(values)) == "7 says 5 to anna");
}

TEST_CASE_FIXTURE(Fixture, "constant texts and contents are the same each time") {
  PayloadSource text = source_of(text_spec("{{constant}}"));
  PayloadSource contents = source_of({PayloadSpec::Contents{std::string("\0\xFF", 2)}});
  for (int i = 0; i < 3; ++i) {
    CHECK(body_of(text.make(values)) == "{constant}");
    CHECK(body_of(contents.make(values)) == std::string("\0\xFF", 2));
  }
  CHECK(body_of(source_of({PayloadSpec::Contents{}}).make(values)).empty());
}

TEST_CASE_FIXTURE(Fixture, "lines come in turn by the number of the message") {
  PayloadSource source = source_of({PayloadSpec::Lines{{"first", "", "the third"}}});
  for (const std::uint64_t number : {0U, 1U, 2U, 3U, 5U, 4U}) {
    values.number = number;
    const std::string expected = number % 3 == 0 ? "first" : number % 3 == 1 ? "" : "the third";
    CHECK(body_of(source.make(values)) == expected);
  }
}

TEST_CASE_FIXTURE(Fixture, "a stamped payload is read as ours") {
  const StampCodec codec(99);
  for (PayloadSpec spec : {PayloadSpec{PayloadSpec::Sizes{16, 300}}, text_spec("{n}{uuid}"),
                           PayloadSpec{PayloadSpec::Lines{{"a", "bc"}}}}) {
    PayloadSource source = source_of(std::move(spec));
    for (values.number = 0; values.number < 100; ++values.number) {
      const PayloadSource::Payload payload = source.make(values);
      codec.write(payload.bytes.data(), {1, values.number, 0}, payload.body_digest);
      Stamp read;
      CHECK(codec.read(payload.bytes, 0, true, read) == StampCodec::Verdict::ours);
      CHECK(read.number == values.number);
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "payloads cost no allocation once one of their size was made") {
  PayloadSource sized = source_of({PayloadSpec::Sizes{10, 5000}});
  PayloadSource text =
      source_of(text_spec("{client} {n:10} {uuid} and more than fits in the room"));
  PayloadSource lines =
      source_of({PayloadSpec::Lines{{std::string(500, 'a'), std::string(90, 'b')}}});
  text.make(values);
  lines.make(values);
  const std::size_t before = allocation_count();
  for (values.number = 0; values.number < 100; ++values.number) {
    sized.make(values);
    text.make(values);
    lines.make(values);
  }
  CHECK(allocation_count() == before);
}
