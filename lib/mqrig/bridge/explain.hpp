// Where a topic would go, for a person who writes rules.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/bridge/settings.hpp>

namespace mqrig::bridge {

struct Explanation {
  enum class Outcome : std::uint8_t {
    goes,
    no_match,
    excluded,
    same_topic,  // an earlier rule sends it to the same topic already
    invalid,     // no topic that a message can have; `why` says more
  };

  std::size_t rule = 0;   // position in LinkSettings::rules
  Direction direction{};  // out or in
  Outcome outcome{};
  std::string filter;  // that matches, with its prefix; of goes, same_topic and invalid
  std::string topic;   // at the target; of the same
  std::string why;     // a clause: why it does not go, or what becomes of QoS and retain flag,
                       // and which expressions decide
};

// For a message of that topic at the local broker by every rule that goes out, then for one at the
// remote broker by every rule that comes in; in the order of the rules. `topic` is a valid name,
// `link` has no fatal problems, see check_rules().
std::vector<Explanation> explain(const LinkSettings& link, std::string_view topic);

}  // namespace mqrig::bridge
