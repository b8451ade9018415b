#include <mqrig/load/metric.hpp>

namespace mqrig::load {
namespace {

struct Words {
  std::string_view name;
  std::string_view description;
};

constexpr std::array<Words, metric_count> words = {{
    {"connect", "from the start of connecting to CONNACK"},
    {"subscribe", "from SUBSCRIBE to SUBACK"},
    {"publish", "from sending to PUBACK or PUBCOMP"},
    {"delivery", "from sending to the arrival at a receiver"},
    {"round_trip", "from a request to its response"},
    {"scheduling", "from the intended time to when the generator came to it"},
}};

constexpr std::size_t index_of(Metric metric) noexcept {
  return static_cast<std::size_t>(metric);
}

}  // namespace

std::string_view name(Metric metric) noexcept {
  return words[index_of(metric)].name;
}

std::string_view description(Metric metric) noexcept {
  return words[index_of(metric)].description;
}

void record(Histograms& histograms, Metric metric, std::uint64_t nanoseconds) {
  std::unique_ptr<stats::Histogram>& histogram = histograms[index_of(metric)];
  if (!histogram) [[unlikely]]
    histogram = std::make_unique<stats::Histogram>();
  histogram->record(nanoseconds);
}

void merge(Histograms& into, const Histograms& from) {
  for (std::size_t index = 0; index < metric_count; ++index) {
    if (!from[index]) continue;
    if (!into[index]) into[index] = std::make_unique<stats::Histogram>();
    into[index]->merge(*from[index]);
  }
}

}  // namespace mqrig::load
