// Objectives as lines across a chart.
#pragma once

#include <vector>

#include <mqrig/load/html_chart.hpp>
#include <mqrig/load/report.hpp>

namespace mqrig::load {

// The limits of the objectives that mean a percentile, the mean or the maximum of this metric.
std::vector<Rule> chart_rules(const Report& report, Metric metric);

}  // namespace mqrig::load
