// Reports to look at: what views are tested with, in unit tests and in a browser.
#pragma once

#include <mqrig/load/report.hpp>
#include <string_view>
#include <vector>

namespace mqrig::test {

// Names: "normal" (30 s of open loop at QoS 1, objectives met), "failed" (losses, errors, a stall),
// "empty" (nothing was measured), "huge" (numbers at their limits), "hostile" (texts that would be
// markup), "search" (a search for the highest rate), "connections" (no messages), "long" (hours).
std::vector<std::string_view> gallery_names();

// The same numbers each time. Judged.
load::Report gallery_report(std::string_view name);

}  // namespace mqrig::test
