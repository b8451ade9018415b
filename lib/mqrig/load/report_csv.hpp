// The time series of a load test as CSV (RFC 4180): one row for each interval.
#pragma once

#include <cstdint>
#include <string>

#include <mqrig/load/report.hpp>

namespace mqrig::load {

// The first line, with the names of the columns:
//   time                        of the start, RFC 3339, UTC
//   start_s, duration_s         seconds since the run's begin
//   measured                    1, or 0 in warm-up and drain
//   cpu_s                       of the generator
//   one for each of counter_fields()
//   gauge_<name>                one for each of gauge_fields()
//   <metric>_count, and <metric>_p50_ns, _p90_ns, _p99_ns, _p99_9_ns, _max_ns; these are empty
//                               where the count is 0
// Columns are only ever added at the end.
void append_csv_header(std::string& out);
// `begin` as in Report.
void append_csv_row(std::string& out, std::int64_t begin, const Interval& interval);

std::string to_csv(const Report& report);

}  // namespace mqrig::load
