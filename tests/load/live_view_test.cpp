#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <apps/mqrig/bench/live_view.hpp>
#include <apps/mqrig/bench/sparkline.hpp>
#include <array>

using namespace mqrig;
using namespace mqrig::bench;
using cli::ColourMode;
using cli::Diagnostic;

namespace {

// The one that ends at `elapsed`.
load::Interval second(double elapsed, std::uint64_t messages) {
  load::Interval interval;
  interval.start = elapsed - 1;
  interval.duration = 1;
  interval.counters.sent[0] = interval.counters.received[0] = messages;
  interval.counters.errors = 1;
  interval.gauges.clients = 110;
  interval.gauges.connected = 100;
  interval.cpu_seconds = 0.25;
  interval.latency[static_cast<std::size_t>(load::Metric::delivery)] = {
      messages, 1'200'000, 2'000'000, 3'400'000, 5'100'000, 8'200'000, {}};
  return interval;
}

Progress at(double elapsed) {
  return {"hold", elapsed, 30.0, elapsed / 30};
}

// What comes out at the other end of a pipe.
class Pipe {
 public:
  Pipe() { REQUIRE(pipe2(ends_.data(), O_NONBLOCK) == 0); }
  ~Pipe() {
    close(ends_[0]);
    close(ends_[1]);
  }
  int end() const { return ends_[1]; }
  std::string take() {
    std::array<char, 65536> buffer;
    const ssize_t size = read(ends_[0], buffer.data(), buffer.size());
    return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }

 private:
  std::array<int, 2> ends_{};
};

}  // namespace

TEST_CASE("a sparkline reaches from nothing to the highest") {
  const double values[] = {0, 1, 4, 8};
  CHECK(sparkline(values, 10, true) == " ▁▄█");
  CHECK(sparkline(values, 10, false) == " _~#");
  CHECK(sparkline(values, 2, false) == "~#");
  CHECK(sparkline({}, 10, true).empty());
  const double nothing[] = {0, 0};
  CHECK(sparkline(nothing, 10, true) == "  ");
}

TEST_CASE("a bar is filled as far as the run is") {
  CHECK(progress_bar(0, 4, false) == "----");
  CHECK(progress_bar(0.5, 4, false) == "##--");
  CHECK(progress_bar(7, 4, true) == "████");
}

TEST_CASE("live lines tell phase, rates, latencies, connections, errors and processor time") {
  LiveNumbers numbers;
  numbers.add(at(1), second(1, 5'000));
  numbers.add(at(15), second(15, 10'000));
  const std::vector<std::string> lines = numbers.lines(80, false);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == "hold  15 s of 30 s  ####################--------------------  50%");
  CHECK(lines[1] == "out 10,000/s  in 10,000/s  Delivery p50 1.2 ms  p99 3.4 ms  p99.9 5.1 ms");
  CHECK(lines[2] == "max 8.2 ms  100 of 110 connected  2 errors  CPU 25%");
  CHECK(lines[3] == "in  ~#  up to 10k/s");
}

TEST_CASE("no live line is longer than the terminal is wide") {
  LiveNumbers numbers;
  for (int i = 0; i < 100; ++i) numbers.add(at(i), second(i, 1'000'000'000));
  for (std::size_t width = 1; width < 200; ++width) {
    for (const std::string& line : numbers.lines(width, false)) CHECK(line.size() <= width);
  }
  CHECK(numbers.lines(0, false).empty());
}

TEST_CASE("live lines are drawn over each other, and taken away for what comes between") {
  Pipe pipe;
  const Diagnostic diagnostic("mqrig bench", ColourMode::never, false, pipe.end());
  {
    LiveView view(diagnostic, {pipe.end(), true, false, false});
    view.update(at(1), second(1, 10));
    const std::string first = pipe.take();
    CHECK(first.starts_with("\r\x1b[?7lhold  1 s of 30 s"));
    CHECK(first.ends_with("up to 10/s\x1b[K\n\x1b[J\x1b[?7h"));

    view.update(at(2), second(2, 10));
    CHECK(pipe.take().starts_with("\r\x1b[4A\x1b[?7lhold  2 s of 30 s"));

    view.between([&] { diagnostic.warning("slow"); });
    const std::string between = pipe.take();
    CHECK(between.starts_with("\r\x1b[4A\x1b[Jmqrig bench: warning: slow\n\r\x1b[?7lhold  2 s"));
  }
  CHECK(pipe.take() == "\r\x1b[4A\x1b[J");
}

TEST_CASE("where there is no terminal a plain line comes every 10 seconds") {
  Pipe pipe;
  const Diagnostic diagnostic("mqrig bench", ColourMode::never, false, pipe.end());
  LiveView view(diagnostic, {pipe.end(), false, false, false, false});
  for (int i = 1; i <= 9; ++i) view.update(at(i), second(i, 1'000));
  CHECK(pipe.take().empty());
  view.update(at(10), second(10, 2'000));
  CHECK(pipe.take() ==
        "mqrig bench: 10 s of 30 s, hold: out 1,100/s, in 1,100/s, delivery p99 up to 3.4 ms, "
        "max 8.2 ms, 100 of 110 connected, 10 errors, CPU 25%\n");
  for (int i = 11; i <= 19; ++i) view.update(at(i), second(i, 3'000));
  CHECK(pipe.take().empty());
  view.update(at(20), second(20, 3'000));
  CHECK(pipe.take().find("out 3,000/s") != std::string::npos);
}

TEST_CASE("a plain line comes for each interval where that is asked for") {
  Pipe pipe;
  const Diagnostic diagnostic("mqrig bench", ColourMode::never, false, pipe.end());
  LiveView view(diagnostic, {pipe.end(), false, false, false, true});
  for (int i = 1; i <= 3; ++i) {
    view.update(at(i), second(i, 1'000));
    CHECK(pipe.take().find(std::to_string(i) + " s of 30 s, hold: out 1,000/s") !=
          std::string::npos);
  }
}

TEST_CASE("quiet is quiet, in place and line by line") {
  Pipe pipe;
  const Diagnostic diagnostic("mqrig bench", ColourMode::never, true, pipe.end());
  for (const bool in_place : {true, false}) {
    LiveView view(diagnostic, {pipe.end(), in_place, false, true, false});
    for (int i = 1; i <= 30; ++i) view.update(at(i), second(i, 10));
  }
  CHECK(pipe.take().empty());
}

TEST_CASE("a phase with a strange name does not steer the terminal") {
  LiveNumbers numbers;
  numbers.add({"\x1b[2J", 1, {}, {}}, second(1, 1));
  CHECK(numbers.lines(80, false)[0] == "\\x1b[2J  1 s");
}
