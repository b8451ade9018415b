#include <doctest/doctest.h>

#include <mqrig/broker/faults.hpp>
#include <mqrig/broker/made_faults.hpp>
#include <vector>

namespace mqrig::broker::tests {
namespace {

using std::chrono::milliseconds;

FaultSettings parsed(std::string_view text) {
  FaultSettings settings;
  CHECK(parse_faults(text, settings) == "");
  return settings;
}

std::string error_of(std::string_view text) {
  FaultSettings settings;
  return parse_faults(text, settings);
}

}  // namespace

TEST_CASE("faults are a list of names with probabilities, in percent or from 0 to 1") {
  const FaultSettings settings = parsed(
      "drop-connection=0.1%,refuse=5%,drop-puback=0.25,drop-pubrec=1,drop-pubcomp=0,"
      "drop-publish=100%, reorder = .5,duplicate=2%,corrupt=3%,reorder-topic=4%");
  CHECK(settings.drop_connection == doctest::Approx(0.001));
  CHECK(settings.refuse == doctest::Approx(0.05));
  CHECK(settings.drop_puback == 0.25);
  CHECK(settings.drop_pubrec == 1);
  CHECK(settings.drop_pubcomp == 0);
  CHECK(settings.drop_publish == 1);
  CHECK(settings.reorder == 0.5);
  CHECK(settings.duplicate == doctest::Approx(0.02));
  CHECK(settings.corrupt == doctest::Approx(0.03));
  CHECK(settings.reorder_topic == doctest::Approx(0.04));
  CHECK(settings.delay == milliseconds(0));
  CHECK(settings.any());
}

TEST_CASE("a delay has a unit, and may vary") {
  CHECK(parsed("delay=50ms").delay == milliseconds(50));
  CHECK(parsed("delay=50ms").jitter == milliseconds(0));
  CHECK(parsed("delay=1.5s").delay == milliseconds(1500));
  CHECK(parsed("delay=60m").delay == milliseconds(3'600'000));
  for (const auto* text : {"delay=50ms±20ms", "delay=50ms+-20ms", "delay=50ms ± 20ms",
                           "delay=50ms±20", "delay=50ms±0.02s"}) {
    CAPTURE(text);
    CHECK(parsed(text).delay == milliseconds(50));
    CHECK(parsed(text).jitter == milliseconds(20));
  }
}

TEST_CASE("no text is no fault, and a new list replaces all of the old one but the seed") {
  FaultSettings settings = parsed("delay=5ms±1ms,refuse=1");
  settings.seed = 7;
  CHECK(parse_faults("reorder=1%", settings) == "");
  CHECK(settings.refuse == 0);
  CHECK(settings.delay == milliseconds(0));
  CHECK(settings.jitter == milliseconds(0));
  CHECK(settings.seed == 7);
  CHECK(settings.any());
  CHECK(parse_faults(" ", settings) == "");
  CHECK_FALSE(settings.any());
  CHECK(settings.seed == 7);
}

TEST_CASE("what makes no sense is named, and changes nothing") {
  FaultSettings settings = parsed("refuse=5%");
  CHECK(parse_faults("refuse=1%,drop-pubak=1%", settings) ==
        "there is no fault 'drop-pubak': the faults are delay, drop-connection, refuse, "
        "drop-puback, drop-pubrec, drop-pubcomp, drop-publish, duplicate, corrupt, reorder, "
        "reorder-topic");
  CHECK(settings.refuse == doctest::Approx(0.05));

  CHECK(error_of("refuse") == "refuse needs a value, such as refuse=1%");
  CHECK(error_of("delay") == "delay needs a value, such as delay=50ms");
  CHECK(error_of("refuse=") == "refuse: '' is no probability, such as 0.1% or 0.001");
  CHECK(error_of("refuse=%") == "refuse: '%' is no probability, such as 0.1% or 0.001");
  CHECK(error_of("refuse=-1%") == "refuse: '-1%' is no probability, such as 0.1% or 0.001");
  CHECK(error_of("refuse=nan") == "refuse: 'nan' is no probability, such as 0.1% or 0.001");
  CHECK(error_of("refuse=1e-3") == "refuse: '1e-3' is no probability, such as 0.1% or 0.001");
  CHECK(error_of("refuse=1.2.3") == "refuse: '1.2.3' is no probability, such as 0.1% or 0.001");
  CHECK(error_of("refuse=101%") == "refuse: '101%' is more than 100%");
  CHECK(error_of("refuse=5") == "refuse: '5' is more than 1: if percent are meant, write 5%");
  CHECK(error_of("delay=50") == "delay: '50' needs a unit: ms, s or m");
  CHECK(error_of("delay=ms") == "delay: 'ms' is no time, such as 50ms or 1.5s");
  CHECK(error_of("delay=61m") == "delay: '61m' is more than an hour");
  CHECK(error_of("delay=1ms±2ms") == "delay: '1ms±2ms' varies by more than the delay itself");
  CHECK(error_of("delay=1ms±") == "delay: '' is no time, such as 50ms or 1.5s");
  CHECK(error_of("refuse=1%,,reorder=1%") == "an item between commas is empty");
  CHECK(error_of("refuse=1%,") == "an item is missing after the last comma");
  CHECK(error_of("refuse=1%,refuse=2%") == "refuse stands twice");
}

TEST_CASE("faults happen about as often as they were asked for, or always, or never") {
  FaultSettings settings;
  settings.seed = 1;
  Faults faults(settings);
  int often = 0;
  for (int i = 0; i < 10'000; ++i) {
    often += faults.happens(0.1);
    CHECK_FALSE(faults.happens(0));
    CHECK(faults.happens(1));
  }
  CHECK(often > 800);
  CHECK(often < 1200);
}

TEST_CASE("a delay stays within its jitter, and reaches both ends of it") {
  Faults faults(parsed("delay=10ms±2ms"));
  std::vector<int> count(5);
  for (int i = 0; i < 1000; ++i) {
    const auto offset = faults.delay().count() - 8;
    REQUIRE(offset >= 0);
    REQUIRE(offset < 5);
    ++count[static_cast<std::size_t>(offset)];
  }
  for (const int often : count) CHECK(often > 100);
  CHECK(Faults(parsed("delay=10ms")).delay() == milliseconds(10));
}

TEST_CASE("a place is drawn from all there are, and from no others") {
  Faults faults(parsed("corrupt=1"));
  std::vector<int> count(3);
  for (int i = 0; i < 300; ++i) ++count.at(faults.place(3));
  for (const int often : count) CHECK(often > 50);
  CHECK(faults.place(1) == 0);
}

TEST_CASE("what is counted has the names of what can be asked for") {
  for (const FaultKind& kind : fault_kinds) {
    CAPTURE(kind.name);
    FaultSettings settings;
    const bool delay = kind.name == "delay";
    CHECK(parse_faults(std::string(kind.name) + (delay ? "=1s" : "=1"), settings) == "");
    CHECK(settings.any());
  }
}

TEST_CASE("the same seed makes the same choices, another one others") {
  const auto choices = [](std::uint64_t seed) {
    FaultSettings settings = parsed("delay=100ms±100ms");
    settings.seed = seed;
    Faults faults(settings);
    std::vector<std::int64_t> made;
    for (int i = 0; i < 50; ++i) {
      made.push_back(faults.happens(0.5));
      made.push_back(faults.delay().count());
    }
    return made;
  };
  CHECK(choices(42) == choices(42));
  CHECK(choices(42) != choices(43));
}

TEST_CASE("a fault that cannot happen draws nothing, so that it shifts no other choice") {
  FaultSettings settings;
  settings.seed = 3;
  Faults one(settings);
  Faults other(settings);
  for (int i = 0; i < 100; ++i) {
    other.happens(0);
    other.delay();
    CHECK(one.happens(0.5) == other.happens(0.5));
  }
}

}  // namespace mqrig::broker::tests
