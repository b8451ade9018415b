// How the values of load tests are typed.
#include <doctest/doctest.h>

#include <apps/mqrig/bench/load_values.hpp>
#include <apps/mqrig/bench/scenarios.hpp>
#include <apps/mqrig/bench/start_time.hpp>

using namespace mqrig;
using namespace mqrig::bench;
using load::QosMix;
using namespace std::chrono_literals;

namespace {

using Time = std::chrono::system_clock::time_point;

/// Milliseconds since 1970, or -1.
std::int64_t at(std::string_view text) {
  const auto time = parse_start_time(text, Time(100s));
  if (!time) return -1;
  return std::chrono::duration_cast<std::chrono::milliseconds>(time->time_since_epoch()).count();
}

}  // namespace

TEST_CASE("a quality of service stands alone or in a mix of weights") {
  CHECK(parse_qos_mix("0") == QosMix{1, 0, 0});
  CHECK(parse_qos_mix("2") == QosMix{0, 0, 1});
  CHECK(parse_qos_mix("0:70,1:20,2:10") == QosMix{70, 20, 10});
  CHECK(parse_qos_mix("1,2") == QosMix{0, 1, 1});
  for (const std::string_view text :
       {"", "3", "-1", "x", "0:", "0:x", "0:-1", "0:0", "1,1", "1,", ",1", "1 ", "0:70;1:30"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_qos_mix(text));
  }
}

TEST_CASE("the text of a mix is read as the same mix") {
  for (const QosMix mix : {QosMix{1, 0, 0}, QosMix{0, 3, 0}, QosMix{70, 20, 10}, QosMix{0, 1, 1}}) {
    CAPTURE(qos_mix_text(mix));
    CHECK(parse_qos_mix(qos_mix_text(mix)) == mix);
  }
  CHECK(qos_mix_text({0, 1, 0}) == "1");
}

TEST_CASE("a size is one or a range") {
  using Range = std::pair<std::uint32_t, std::uint32_t>;
  CHECK(parse_size_range("64") == Range(64, 64));
  CHECK(parse_size_range("16-1k") == Range(16, 1024));
  CHECK(parse_size_range("0") == Range(0, 0));
  for (const std::string_view text : {"", "-", "5-", "-5", "9-1", "1G", "1-2-3", "x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_size_range(text));
  }
}

TEST_CASE("a share is a number or percents") {
  CHECK(*parse_share("5%") == doctest::Approx(0.05));
  CHECK(*parse_share("0.05") == 0.05);
  CHECK_FALSE(parse_share("-1"));
  CHECK_FALSE(parse_share("%"));
}

TEST_CASE("a start is a time of the calendar, of the epoch, or from now") {
  CHECK(at("1970-01-01T00:00:01Z") == 1000);
  CHECK(at("2026-01-31T12:00:00.25+01:00") == 1'769'857'200'250);
  CHECK(at("1970-01-01T00:00:00-00:30") == 1'800'000);
  CHECK(at("12.5") == 12'500);
  CHECK(at("+30s") == 130'000);
  CHECK(at("+500ms") == 100'500);
  for (const std::string_view text :
       {"", "+", "+x", "-5", "tomorrow", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00", "2026-01-01T00:00:00Zx", "2026-1-1T00:00:00Z", "2026-01-01"}) {
    CAPTURE(text);
    CHECK(at(text) == -1);
  }
}

TEST_CASE("a filter covers all topics of a template") {
  CHECK(covering_filter("bench/{client}", true) == "bench/{client}");
  CHECK(covering_filter("bench/{client}", false) == "bench/+");
  CHECK(covering_filter("a/x{client}/{n}/b", true) == "a/x{client}/+/b");
  CHECK(covering_filter("a/{client:5}/{n:3}", true) == "a/{client:5}/+");
  CHECK(covering_filter("a/%i/%c/%u", true) == "a/%i/+/+");
  CHECK(covering_filter("a/{{b}}/50%%", false) == "a/{{b}}/50%%");
  CHECK(covering_filter("/a//", false) == "/a//");
}
