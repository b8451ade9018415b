// The topics under $SYS, with the names and forms of mosquitto.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <mqrig/broker/statistics.hpp>
#include <mqrig/session/time.hpp>

namespace mqrig::broker {

// Counters since the start, what there is now, and averages per minute over the last 1, 5 and 15
// minutes.
class SysTopics {
 public:
  using Publish = std::function<void(std::string_view topic, std::string_view payload)>;

  // Calls `publish` for each topic whose value has changed since the last call.
  void publish(const Statistics& statistics, session::Time now, const Publish& publish);

 private:
  struct Load {
    std::uint64_t last = 0;            // the counter at the last update
    std::array<double, 3> averages{};  // over 1, 5 and 15 minutes
  };

  void value(std::string_view topic, std::string_view text, const Publish& publish);
  void number(std::string_view topic, std::uint64_t number, const Publish& publish);
  void totals(const Statistics& statistics, const Publish& publish);
  void faults(const MadeFaults& made, const Publish& publish);
  void loads(const Statistics& statistics, double minutes, const Publish& publish);
  void load(std::string_view name, std::uint64_t counter, double minutes, const Publish& publish);

  session::Time start_ = session::never;
  session::Time last_{};
  std::unordered_map<std::string, std::string> values_;
  std::unordered_map<std::string_view, Load> loads_;  // keys are literals
};

}  // namespace mqrig::broker
