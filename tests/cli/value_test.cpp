#include <doctest/doctest.h>

#include <mqrig/cli/value.hpp>

using namespace mqrig::cli;
using std::chrono::milliseconds;

TEST_CASE("a whole number is read whole or not at all") {
  CHECK(parse_integer("0") == 0);
  CHECK(parse_integer("-7") == -7);
  CHECK(parse_integer("+7") == 7);
  for (const auto* text : {"", "-", "+", "1x", " 1", "1 ", "0x10", "1.0", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_integer(text));
  }
}

TEST_CASE("a decimal number has no exponent and no name") {
  CHECK(parse_number("0.5") == 0.5);
  CHECK(parse_number("-2") == -2);
  CHECK(parse_number("50.0") == 50.0);
  for (const auto* text : {"", "-", "1e3", "inf", "nan", "1,5", "0x1p3", "1..2"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number(text));
  }
}

TEST_CASE("a duration has a unit, or is seconds") {
  CHECK(parse_duration("500ms") == milliseconds(500));
  CHECK(parse_duration("5") == milliseconds(5000));
  CHECK(parse_duration("0.25") == milliseconds(250));
  CHECK(parse_duration("5s") == milliseconds(5000));
  CHECK(parse_duration("1.5m") == milliseconds(90'000));
  CHECK(parse_duration("2h") == milliseconds(7'200'000));
  CHECK(parse_duration("7d") == milliseconds(604'800'000));
  for (const auto* text : {"", "s", "-1s", "5 s", "5sec", "ms", "1m30s", "99999999999999d"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("whole seconds have no fraction") {
  CHECK(parse_seconds("90") == 90);
  CHECK(parse_seconds("2m") == 120);
  CHECK(parse_seconds("1.5m") == 90);
  CHECK_FALSE(parse_seconds("1500ms"));
  CHECK_FALSE(parse_seconds("0.5"));
}

TEST_CASE("a rate is above zero and may be per second, minute or hour") {
  CHECK(*parse_rate("100") == 100);
  CHECK(*parse_rate("100/s") == 100);
  CHECK(*parse_rate("600/m") == doctest::Approx(10));
  CHECK(*parse_rate("3600/h") == doctest::Approx(1));
  CHECK(*parse_rate("0.5/s") == 0.5);
  CHECK(*parse_rate("50k") == 50'000);
  CHECK(*parse_rate("1.5k/s") == 1'500);
  CHECK(*parse_rate("2M/s") == 2'000'000);
  for (const auto* text : {"", "0", "0/s", "-1", "/s", "100/x", "100 /s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rate(text));
  }
}

TEST_CASE("a size multiplies by powers of 1024") {
  CHECK(parse_size("512") == 512);
  CHECK(parse_size("64k") == 65536);
  CHECK(parse_size("2M") == 2 * 1048576);
  CHECK(parse_size("1GiB") == 1073741824);
  CHECK(parse_size("0.5k") == 512);
  CHECK_FALSE(parse_size("1.5"));
  CHECK_FALSE(parse_size("-1"));
  CHECK_FALSE(parse_size("k"));
}

TEST_CASE("words stand for the end of a range") {
  static constexpr Choice never[] = {{"never"}, {"-1", {}, "never"}};
  const OptionSpec option{
      .long_name = "x", .kind = ValueKind::seconds, .maximum = 4'294'967'295, .choices = never};
  CHECK(parse_whole(option, "never") == 4'294'967'295);
  CHECK(parse_whole(option, "-1") == 4'294'967'295);
  CHECK(parse_whole(option, "60") == 60);
  CHECK_FALSE(parse_whole(option, "-2"));
  CHECK_FALSE(parse_whole(option, "4294967296"));
  CHECK(accepted_values(option) ==
        "whole seconds from 0 to 4294967295 (or 90s, 2m, 1h, 7d), or never");
}

TEST_CASE("each kind accepts its own") {
  const auto accepts = [](ValueKind kind, std::string_view text) {
    return acceptable(OptionSpec{.long_name = "x", .kind = kind}, text);
  };
  CHECK(accepts(ValueKind::text, ""));
  CHECK(accepts(ValueKind::key_value, "k="));
  CHECK_FALSE(accepts(ValueKind::key_value, "k"));
  CHECK(accepts(ValueKind::url, "mqtt://h"));
  CHECK_FALSE(accepts(ValueKind::url, "host"));
  CHECK_FALSE(accepts(ValueKind::host, ""));
  CHECK_FALSE(accepts(ValueKind::topic, ""));
  CHECK_FALSE(accepts(ValueKind::variable_name, "A=B"));
  CHECK(accepts(ValueKind::flag, "on"));
  CHECK_FALSE(accepts(ValueKind::flag, "maybe"));
}

TEST_CASE("every kind says what it accepts") {
  for (int kind = 0; kind <= static_cast<int>(ValueKind::variable_name); ++kind) {
    CAPTURE(kind);
    const OptionSpec option{.long_name = "x", .kind = static_cast<ValueKind>(kind)};
    CHECK_FALSE(accepted_values(option).empty());
  }
}
