#include <mqrig/load/slo.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <mqrig/load/objective_operator.hpp>
#include <mqrig/load/quantity.hpp>
#include <mqrig/load/quantity_text.hpp>

namespace mqrig::load {
namespace {

using Operator = Objective::Operator;

struct Suffix {
  std::string_view text;
  double factor;
};

constexpr std::array<Suffix, 5> times = {
    {{"ns", 1}, {"us", 1e3}, {"\xC2\xB5s", 1e3}, {"ms", 1e6}, {"s", 1e9}}};
constexpr std::array<Suffix, 3> multiples = {{{"", 1}, {"k", 1e3}, {"M", 1e6}}};

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <std::size_t Size>
std::optional<double> factor_of(const std::array<Suffix, Size>& suffixes, std::string_view text) {
  for (const Suffix& suffix : suffixes) {
    if (suffix.text == text) return suffix.factor;
  }
  return std::nullopt;
}

// Digits and a point; what stands behind them is left in `text`.
std::optional<double> take_number(std::string_view& text) {
  const std::size_t size = std::min(text.find_first_not_of("0123456789."), text.size());
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + size, number);
  if (size == 0 || error != std::errc() || end != text.data() + size) return std::nullopt;
  text = trimmed(text.substr(size));
  return number;
}

// Empty, or what the value should have been.
std::string parse_limit(std::string_view text, QuantityUnit unit, Objective& objective) {
  const std::optional<double> number = take_number(text);
  std::optional<double> factor;
  switch (unit) {
    case QuantityUnit::nanoseconds:
      factor = number == 0.0 && text.empty() ? 1 : factor_of(times, text);
      if (!number || !factor) return "a time with its unit, such as 5ms (ns, us, ms, s)";
      break;
    case QuantityUnit::per_second:
      if (text.ends_with("/s")) text.remove_suffix(2);
      factor = factor_of(multiples, text);
      if (!number || !factor) return "a rate, such as 50000/s or 50k/s";
      break;
    case QuantityUnit::share:
      objective.fraction = text == "%";
      factor = objective.fraction ? 0.01 : factor_of(multiples, text);
      if (!number || !factor) return "a number such as 0 or 5k, or a percentage such as 0.1%";
      if (objective.fraction && *number > 100) return "a percentage from 0 to 100";
      break;
    case QuantityUnit::count:
      factor = factor_of(multiples, text);
      if (!number || !factor) return "a number, such as 0, 1000 or 5k";
      break;
  }
  // Not * 0.01: 0.1% shall be the number that 0.001 is.
  objective.limit = objective.fraction ? *number / 100 : *number * *factor;
  return {};
}

std::string parse_objective(std::string_view text, Objective& objective) {
  objective.text = text;
  const std::string start = "objective \"" + objective.text + "\": ";
  const std::size_t place = text.find_first_of("<>=");
  if (place == text.npos) return start + "has no comparison; write it as p99<5ms or loss=0";
  objective.quantity = trimmed(text.substr(0, place));
  std::string_view rest = text.substr(place);
  for (const OperatorText& candidate : operator_texts) {
    if (!rest.starts_with(candidate.text)) continue;
    objective.op = candidate.op;
    rest.remove_prefix(candidate.text.size());
    break;
  }
  const std::optional<Quantity> quantity = Quantity::find(objective.quantity);
  if (!quantity) return start + Quantity::unknown(objective.quantity);
  rest = trimmed(rest);
  const std::string wanted = parse_limit(rest, quantity->unit(), objective);
  if (wanted.empty()) return {};
  return start + objective.quantity + " wants " + wanted + ", not \"" + std::string(rest) + "\"";
}

bool holds(Operator op, double value, double limit) noexcept {
  switch (op) {
    case Operator::less:
      return value < limit;
    case Operator::at_most:
      return value <= limit;
    case Operator::equal:
      return value == limit;
    case Operator::at_least:
      return value >= limit;
    case Operator::more:
      return value > limit;
  }
  return false;
}

std::string shown(double value, QuantityUnit unit, bool fraction) {
  if (fraction) return percent_text(value);
  switch (unit) {
    case QuantityUnit::nanoseconds:
      return duration_text(value);
    case QuantityUnit::per_second:
      return rate_text(value);
    case QuantityUnit::count:
    case QuantityUnit::share:
      break;
  }
  return value_text(value, 0);
}

}  // namespace

std::string parse_objectives(std::string_view text, std::vector<Objective>& into) {
  std::vector<Objective> read;
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    const std::string_view item = trimmed(text.substr(0, comma));
    more = comma != text.npos;
    text.remove_prefix(more ? comma + 1 : text.size());
    if (item.empty()) return "an objective is empty; write them as p99<5ms,loss=0";
    if (std::string problem = parse_objective(item, read.emplace_back()); !problem.empty()) {
      return problem;
    }
  }
  into.insert(into.end(), read.begin(), read.end());
  return {};
}

std::optional<Metric> felt_metric(const Histograms& histograms) noexcept {
  for (const Metric metric :
       {Metric::round_trip, Metric::delivery, Metric::publish, Metric::connect}) {
    const auto& histogram = histograms[static_cast<std::size_t>(metric)];
    if (histogram && !histogram->empty()) return metric;
  }
  return std::nullopt;
}

std::vector<ObjectiveResult> judge(const std::vector<Objective>& objectives, const Report& report) {
  std::vector<ObjectiveResult> results;
  for (const Objective& objective : objectives) {
    ObjectiveResult& result = results.emplace_back();
    result.objective = objective;
    result.value_text = "not measured";
    const std::optional<Quantity> quantity = Quantity::find(objective.quantity);
    if (!quantity) continue;
    result.value = quantity->value(report, objective.fraction);
    if (!result.value) continue;
    result.met = holds(objective.op, *result.value, objective.limit);
    if (std::isinf(*result.value)) {
      result.value.reset();
      result.value_text = "never: too many did not come";
      continue;
    }
    result.value_text = shown(*result.value, quantity->unit(), objective.fraction);
  }
  return results;
}

}  // namespace mqrig::load
