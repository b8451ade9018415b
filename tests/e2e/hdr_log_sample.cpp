// Writes a log of histograms to the file that is named, and what it holds to standard output: one
// line of JSON for each line of the log.
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iostream>
#include <random>

#include <mqrig/load/hdr_log.hpp>

using namespace mqrig;
using namespace mqrig::load;

namespace {

constexpr std::int64_t begin = 1'795'329'000'250'000'000;

void tell(Metric metric, double start, const stats::Histogram& histogram) {
  std::cout << "{\"tag\":\"" << name(metric) << "\",\"start\":" << start
            << ",\"count\":" << histogram.count() << ",\"min\":" << histogram.min()
            << ",\"max\":" << histogram.max() << ",\"mean\":" << histogram.mean()
            << ",\"percentiles\":[";
  constexpr std::array<double, 7> percentiles{1, 25, 50, 90, 99, 99.9, 99.99};
  for (std::size_t index = 0; index < percentiles.size(); ++index) {
    std::cout << (index == 0 ? "[" : ",[") << percentiles[index] << ','
              << histogram.value_at(percentiles[index]) << ']';
  }
  std::cout << "]}\n";
}

// Latencies from nanoseconds to an hour, and many of the same one.
Histograms some_values(std::mt19937_64& random, int interval) {
  Histograms histograms;
  std::lognormal_distribution<double> latency(std::log(1e6), 3);
  for (const Metric metric : {Metric::delivery, Metric::scheduling}) {
    for (int value = 0; value < 50'000; ++value) {
      record(histograms, metric,
             static_cast<std::uint64_t>(std::clamp(latency(random), 1.0, 3.6e12)));
    }
  }
  for (int value = 0; value < interval * 100'000; ++value) {
    record(histograms, Metric::publish, 777);
  }
  return histograms;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  std::cout.precision(17);
  std::mt19937_64 random(8);
  const HdrLogWriter writer(begin);
  std::string log;
  writer.start(log, "mqrig test");
  for (int interval = 0; interval < 5; ++interval) {
    const Histograms histograms = some_values(random, interval);
    writer.add(log, interval, interval + 1, histograms);
    for (std::size_t metric = 0; metric < metric_count; ++metric) {
      if (histograms[metric]) tell(static_cast<Metric>(metric), interval, *histograms[metric]);
    }
  }
  std::ofstream file(arguments[1], std::ios::binary);
  file << log << std::flush;
  return file.good() ? 0 : 1;
}
