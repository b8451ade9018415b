// What an objective can be about.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <mqrig/load/report.hpp>

namespace mqrig::load {

// A part of something: "3 of 1000 lost".
struct Share {
  double part = 0;
  double whole = 0;  // 0: a count that is a part of nothing
};

enum class QuantityUnit : std::uint8_t { nanoseconds, per_second, count, share };

// A latency of a run, by a metric or by the one that is felt.
struct LatencyQuantity {
  enum class Kind : std::uint8_t { min, mean, max, percentile };
  std::optional<Metric> metric;
  Kind kind = Kind::percentile;
  double percentile = 0;
};

// A number of a run by its name; see slo.hpp for the names. References static storage only.
class Quantity {
 public:
  static std::optional<Quantity> find(std::string_view name);
  // For a person: what exists, with the nearest name where one is near.
  static std::string unknown(std::string_view name);

  QuantityUnit unit() const noexcept;
  // As a part of a whole where `fraction`. None: the run has not measured it.
  std::optional<double> value(const Report& report, bool fraction) const;

 private:
  struct Counted {
    std::string_view name;
    QuantityUnit unit;
    std::optional<Share> (*get)(const Report&);
  };
  static const Counted counted[];

  using Source = std::variant<LatencyQuantity, const Counted*, const CounterField*>;
  explicit Quantity(Source source) : source_(source) {}
  static std::optional<LatencyQuantity> find_latency(std::string_view name);

  Source source_;
};

}  // namespace mqrig::load
