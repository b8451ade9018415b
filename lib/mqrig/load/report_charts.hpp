// What the charts of a report show.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <mqrig/load/html_chart.hpp>
#include <mqrig/load/report.hpp>

namespace mqrig::load {

// Makes one row of two that follow each other: counts are sums, gauges those of the later one, and
// percentiles the worst of both. A row without a duration takes all of the next.
void absorb(Interval& into, const Interval& next);

// The time series, thinned out to about `most` rows: neighbours become one, whose counts are their
// sums and whose percentiles are the worst of them. Rows too short for a rate that means something
// are added to their neighbour. None mixes what is measured with what is not.
std::vector<Interval> chart_rows(const std::vector<Interval>& intervals, std::size_t most = 240);

// Each is nothing where there is nothing to show in it. `rows` are of chart_rows().
std::optional<Chart> throughput_chart(const std::vector<Interval>& rows);
std::optional<Chart> latency_chart(const Report& report, const std::vector<Interval>& rows,
                                   Metric metric);
std::optional<Chart> connections_chart(const std::vector<Interval>& rows);
std::optional<Chart> percentiles_chart(const Report& report);
std::optional<Chart> histogram_chart(const Report& report, Metric metric);
// Of a search for the highest rate: what was felt, and what got through.
std::optional<Chart> search_latency_chart(const Report& report);
std::optional<Chart> search_rate_chart(const Report& report);

}  // namespace mqrig::load
