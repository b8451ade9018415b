// What the broker counts of the faults that it makes on purpose.
#pragma once

#include <cstdint>
#include <string_view>

namespace mqrig::broker {

// Since the start, over all changes of the settings. What is counted has had its effect on what is
// sent: a message that was to change places and found no other one counts as nothing.
struct MadeFaults {
  std::uint64_t drop_connection = 0;  // connections
  std::uint64_t refuse = 0;           // CONNECTs
  std::uint64_t drop_puback = 0;      // acknowledgements
  std::uint64_t drop_pubrec = 0;
  std::uint64_t drop_pubcomp = 0;
  std::uint64_t drop_publish = 0;   // PUBLISHs to a client, here and below
  std::uint64_t duplicate = 0;      // copies
  std::uint64_t corrupt = 0;        // bytes, one in a PUBLISH
  std::uint64_t reorder = 0;        // PUBLISHs that went behind the next one
  std::uint64_t reorder_topic = 0;  // the same
  std::uint64_t delay = 0;          // times that output was held back, all of a turn together
};

struct FaultKind {
  std::string_view name;  // as parse_faults() reads it
  std::uint64_t MadeFaults::*count;
};

inline constexpr FaultKind fault_kinds[] = {
    {"drop-connection", &MadeFaults::drop_connection},
    {"refuse", &MadeFaults::refuse},
    {"drop-puback", &MadeFaults::drop_puback},
    {"drop-pubrec", &MadeFaults::drop_pubrec},
    {"drop-pubcomp", &MadeFaults::drop_pubcomp},
    {"drop-publish", &MadeFaults::drop_publish},
    {"duplicate", &MadeFaults::duplicate},
    {"corrupt", &MadeFaults::corrupt},
    {"reorder", &MadeFaults::reorder},
    {"reorder-topic", &MadeFaults::reorder_topic},
    {"delay", &MadeFaults::delay},
};

}  // namespace mqrig::broker
