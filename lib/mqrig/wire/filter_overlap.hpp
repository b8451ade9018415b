// How two topic filters relate to each other.
#pragma once

#include <string_view>

namespace mqrig::wire {

// Is there a topic that both match? The filters are valid and not those of shared subscriptions.
bool overlap(std::string_view one, std::string_view other) noexcept;

// True only if `filter` matches nothing that `outer` does not match. False for a few that it
// could say so of: "+/#" covers "#", but is not said to.
bool covers(std::string_view outer, std::string_view filter) noexcept;

}  // namespace mqrig::wire
