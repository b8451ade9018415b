#include <mqrig/load/quantity.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

namespace mqrig::load {
namespace {

Share of(std::uint64_t part, std::uint64_t whole) noexcept {
  return {static_cast<double>(part), static_cast<double>(whole)};
}

std::optional<Share> loss(const Report& report) {
  const Loss loss = loss_of(report);
  if (!loss.measured) return std::nullopt;
  return of(loss.lost, loss.expected);
}

std::optional<Share> per_second(std::uint64_t count, double seconds) {
  if (!(seconds > 0)) return std::nullopt;
  return Share{static_cast<double>(count) / seconds, 0};
}

std::optional<Share> connected(const Report& report) {
  const Gauges& peak = report.gauges_peak;
  if (peak.clients == 0) return std::nullopt;
  return of(peak.connected, peak.clients);
}

// What an objective without a metric means: where messages were to come and none did, it is not
// the time of connecting.
std::optional<Metric> meant_metric(const Report& report) noexcept {
  const Counters& account = report.account;
  if (account.requests > 0) return Metric::round_trip;
  if (sum(account.expected) > 0) return Metric::delivery;
  const std::optional<Metric> felt = felt_metric(report.histograms);
  if (felt == Metric::connect && sum(account.sent) + account.unsent > 0) return Metric::publish;
  return felt;
}

// Messages of which the end was not seen. Where an acknowledgement is missing, what came
// nevertheless is not.
std::uint64_t never_came(const Report& report, Metric metric) noexcept {
  const Counters& account = report.account;
  switch (metric) {
    case Metric::publish:
      return account.unsent + account.unconfirmed;
    case Metric::round_trip:
      return account.unsent + account.requests - std::min(account.requests, account.responses);
    case Metric::delivery: {
      const Loss loss = loss_of(report);
      if (!loss.exact) return loss.lost;
      const std::uint64_t due = loss.expected + account.unconfirmed_deliveries;
      const std::uint64_t came = sum(account.distinct) + sum(account.corrupt);
      return account.unsent + due - std::min(due, came);
    }
    default:
      return 0;
  }
}

std::optional<double> latency(const LatencyQuantity& wanted, const Report& report) {
  const std::optional<Metric> metric = wanted.metric ? wanted.metric : meant_metric(report);
  if (!metric) return std::nullopt;
  const auto& histogram = report.histograms[static_cast<std::size_t>(*metric)];
  if (!histogram || histogram->empty()) return std::nullopt;
  if (wanted.kind == LatencyQuantity::Kind::min) return static_cast<double>(histogram->min());
  constexpr double never = std::numeric_limits<double>::infinity();
  const auto came = static_cast<double>(histogram->count());
  const auto missing = static_cast<double>(never_came(report, *metric));
  switch (wanted.kind) {
    case LatencyQuantity::Kind::mean:
      return missing > 0 ? never : histogram->mean();
    case LatencyQuantity::Kind::max:
      return missing > 0 ? never : static_cast<double>(histogram->max());
    default:
      break;
  }
  const double percentile = wanted.percentile * (came + missing) / came;
  if (missing > 0 && percentile > 100) return never;
  return static_cast<double>(histogram->value_at(percentile));
}

std::optional<Metric> metric_of(std::string_view text) noexcept {
  for (std::size_t index = 0; index < metric_count; ++index) {
    if (name(static_cast<Metric>(index)) == text) return static_cast<Metric>(index);
  }
  return std::nullopt;
}

std::optional<double> percentile_of(std::string_view text) {
  if (text.find_first_not_of("0123456789.") != text.npos) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > 100) return std::nullopt;
  return value;
}

std::size_t common_prefix(std::string_view one, std::string_view other) noexcept {
  const std::size_t shorter = std::min(one.size(), other.size());
  std::size_t size = 0;
  while (size < shorter && one[size] == other[size]) ++size;
  return size;
}

}  // namespace

const Quantity::Counted Quantity::counted[] = {
    {"rate", QuantityUnit::per_second,
     [](const Report& report) {
       return per_second(sum(report.totals.sent), report.measured_seconds);
     }},
    {"throughput", QuantityUnit::per_second,
     [](const Report& report) {
       return per_second(sum(report.totals.received), report.measured_seconds);
     }},
    {"loss", QuantityUnit::share, loss},
    {"duplicates", QuantityUnit::share,
     [](const Report& report) -> std::optional<Share> {
       const std::uint64_t again = sum(report.account.duplicates);
       return of(again, again + sum(report.account.distinct));
     }},
    {"reordered", QuantityUnit::share,
     [](const Report& report) -> std::optional<Share> {
       return of(report.account.reordered, sum(report.account.distinct));
     }},
    {"corrupt", QuantityUnit::share,
     [](const Report& report) -> std::optional<Share> {
       return of(sum(report.account.corrupt), sum(report.account.received));
     }},
    {"errors", QuantityUnit::count,
     [](const Report& report) -> std::optional<Share> { return of(report.errors.total(), 0); }},
    {"connected", QuantityUnit::share, connected},
    {"connect_failed", QuantityUnit::share,
     [](const Report& report) -> std::optional<Share> {
       return of(report.account.connect_failed, report.account.attempts);
     }},
    {"unsent", QuantityUnit::share,
     [](const Report& report) -> std::optional<Share> {
       return of(report.account.unsent, report.account.unsent + sum(report.account.sent));
     }},
    {"unconfirmed", QuantityUnit::share,
     [](const Report& report) -> std::optional<Share> {
       return of(report.account.unconfirmed, report.account.sent[1] + report.account.sent[2]);
     }},
    {"request_timeouts", QuantityUnit::share,
     [](const Report& report) -> std::optional<Share> {
       return of(report.account.request_timeouts, report.account.requests);
     }},
    {"sent", QuantityUnit::count,
     [](const Report& report) -> std::optional<Share> { return of(sum(report.account.sent), 0); }},
    {"acknowledged", QuantityUnit::share,
     [](const Report& report) -> std::optional<Share> {
       return of(sum(report.account.acknowledged), report.account.sent[1] + report.account.sent[2]);
     }},
    {"received", QuantityUnit::count,
     [](const Report& report) -> std::optional<Share> {
       return of(sum(report.account.received), 0);
     }},
    {"distinct", QuantityUnit::count,
     [](const Report& report) -> std::optional<Share> {
       return of(sum(report.account.distinct), 0);
     }},
};

std::optional<LatencyQuantity> Quantity::find_latency(std::string_view name) {
  LatencyQuantity wanted;
  if (const std::size_t dot = name.find('.'); dot != name.npos) {
    wanted.metric = metric_of(name.substr(0, dot));
    if (wanted.metric) name.remove_prefix(dot + 1);
  }
  if (name == "min") {
    wanted.kind = LatencyQuantity::Kind::min;
  } else if (name == "mean") {
    wanted.kind = LatencyQuantity::Kind::mean;
  } else if (name == "max") {
    wanted.kind = LatencyQuantity::Kind::max;
  } else {
    if (!name.starts_with('p')) return std::nullopt;
    const std::optional<double> percentile = percentile_of(name.substr(1));
    if (!percentile) return std::nullopt;
    wanted.percentile = *percentile;
  }
  return wanted;
}

std::optional<Quantity> Quantity::find(std::string_view name) {
  if (const std::optional<LatencyQuantity> latency = find_latency(name)) {
    return Quantity(Source(*latency));
  }
  for (const Counted& candidate : counted) {
    if (candidate.name == name) return Quantity(Source(&candidate));
  }
  for (const CounterField& field : counter_fields()) {
    if (field.name == name) return Quantity(Source(&field));
  }
  return std::nullopt;
}

std::string Quantity::unknown(std::string_view wrong) {
  std::vector<std::string_view> names{"min", "mean", "max"};
  for (std::size_t index = 0; index < metric_count; ++index) {
    names.push_back(name(static_cast<Metric>(index)));
  }
  for (const Counted& candidate : counted) names.push_back(candidate.name);
  for (const CounterField& field : counter_fields()) names.push_back(field.name);
  // Nearly always the end of the word is wrong: "lost", "duplicate", "delivry.p99".
  std::string_view nearest;
  for (const std::string_view name : names) {
    const std::size_t size = common_prefix(wrong, name);
    if (size >= 3 && size > common_prefix(wrong, nearest)) nearest = name;
  }
  std::string text = "there is no quantity \"" + std::string(wrong) + "\"";
  if (!nearest.empty()) text.append("; did you mean ").append(nearest).append("?");
  text +=
      " There are p50, p99.9 and every other percentile, min, mean and max, also of one metric (";
  for (std::size_t index = 0; index < metric_count; ++index) {
    text.append(name(static_cast<Metric>(index))).append(index + 1 < metric_count ? ", " : "");
  }
  text += "), as in delivery.p99";
  for (const Counted& candidate : counted) text.append(", ").append(candidate.name);
  return text + ", and every counter of the JSON report";
}

QuantityUnit Quantity::unit() const noexcept {
  if (std::holds_alternative<LatencyQuantity>(source_)) return QuantityUnit::nanoseconds;
  if (const auto* entry = std::get_if<const Counted*>(&source_)) return (*entry)->unit;
  return QuantityUnit::count;
}

std::optional<double> Quantity::value(const Report& report, bool fraction) const {
  if (const auto* wanted = std::get_if<LatencyQuantity>(&source_)) {
    return latency(*wanted, report);
  }
  if (const auto* field = std::get_if<const CounterField*>(&source_)) {
    return static_cast<double>((*field)->get(report.account));
  }
  const std::optional<Share> share = std::get<const Counted*>(source_)->get(report);
  if (!share) return std::nullopt;
  if (!fraction) return share->part;
  if (share->whole == 0) return std::nullopt;
  return share->part / share->whole;
}

}  // namespace mqrig::load
