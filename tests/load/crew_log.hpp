#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <functional>
#include <map>
#include <mqrig/load/crew.hpp>
#include <string>
#include <utility>
#include <vector>

namespace mqrig::load::tests {

// What a coordinator is told, by member.
struct CrewLog : Crew::Owner {
  std::map<std::uint32_t, std::vector<Sample>> samples;
  std::map<std::uint32_t, std::string> failures;

  void on_sample(std::uint32_t member, Sample& sample) override {
    samples[member].push_back(std::move(sample));
  }
  void on_member_failed(std::uint32_t member, const std::string& text) override {
    failures[member] = text;
  }

  // How many members have told of this stage.
  std::size_t reached(Stage stage) const {
    return static_cast<std::size_t>(
        std::count_if(samples.begin(), samples.end(), [&](const auto& of_member) {
          return std::any_of(of_member.second.begin(), of_member.second.end(),
                             [&](const Sample& sample) { return sample.stage == stage; });
        }));
  }
};

// Turns the event loop until the condition holds. Fails the test after ten seconds.
inline void run_until(asio::io_context& context, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    const bool in_time = std::chrono::steady_clock::now() < end;
    REQUIRE(in_time);
    context.restart();
    context.run_one_for(std::chrono::milliseconds(100));
  }
}

struct Rig {
  asio::io_context context{1};
  CrewLog log;

  void until(const std::function<bool()>& condition) { run_until(context, condition); }
};

// An interval that does not end.
inline constexpr std::chrono::milliseconds never = std::chrono::hours(24 * 365);

// The end of one interval is the start of the next.
inline bool without_holes(const std::vector<Sample>& samples) {
  for (std::size_t i = 1; i < samples.size(); ++i) {
    if (samples[i].start != samples[i - 1].end) return false;
  }
  return true;
}

}  // namespace mqrig::load::tests
