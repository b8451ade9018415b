// One report of several that ran at once.
#pragma once

#include <string>
#include <vector>

#include <mqrig/load/report.hpp>

namespace mqrig::load {

// Makes one report of those of `--shard i/n`, in any order; reports that were merged may be merged
// again. Exact: counters add up and histograms are merged, so that all numbers of the whole run are
// those of one generator that did the work of all. They are judged anew. Shards that are missing
// are a warning.
//
// Rows of the time series are put together by the wall clock; see common_rows(). Of gauges, peaks
// add up, which may be more than there was at any one time.
//
// Empty on success, else why they are no parts of one run: another scenario, another number of
// shards, the same shard twice, searches for the highest rate. `into` is then unchanged.
std::string merge(std::vector<Report> reports, Report& into);

}  // namespace mqrig::load
