#include <mqrig/load/chart_rules.hpp>

#include <mqrig/load/verdict.hpp>

namespace mqrig::load {
namespace {

bool is_time(std::string_view quantity) {
  if (quantity == "max" || quantity == "min" || quantity == "mean") return true;
  return quantity.size() > 1 && quantity[0] == 'p' && quantity[1] >= '0' && quantity[1] <= '9';
}

bool means(std::string_view quantity, const Report& report, Metric metric) {
  if (is_time(quantity)) return main_metric(report) == metric;
  const std::string_view own = name(metric);
  return quantity.starts_with(own) && quantity.substr(own.size()).starts_with('.') &&
         is_time(quantity.substr(own.size() + 1));
}

}  // namespace

std::vector<Rule> chart_rules(const Report& report, Metric metric) {
  std::vector<Rule> rules;
  for (const Objective& objective : report.objectives) {
    if (objective.fraction || !(objective.limit > 0)) continue;
    if (means(objective.quantity, report, metric)) {
      rules.push_back({objective.limit, objective.text});
    }
  }
  return rules;
}

}  // namespace mqrig::load
