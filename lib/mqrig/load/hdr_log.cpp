#include <mqrig/load/hdr_log.hpp>

#include <array>
#include <cstdio>

#include <mqrig/payload/base64.hpp>
#include <mqrig/payload/utc_text.hpp>
#include <mqrig/stats/hdr_encoding.hpp>

namespace mqrig::load {
namespace {

constexpr double nanoseconds_in_ms = 1e6;

std::string three_decimals(double value) {
  std::array<char, 400> text{};
  std::snprintf(text.data(), text.size(), "%.3f", value);
  return text.data();
}

}  // namespace

void HdrLogWriter::start(std::string& out, std::string_view program) const {
  std::array<std::uint8_t, payload::UtcText::size> utc{};
  payload::UtcText().put(utc.data(), payload::WallTime(std::chrono::nanoseconds(begin_)));
  const std::string seconds = three_decimals(static_cast<double>(begin_ / 1'000'000) / 1000);
  out.append("#[Logged with ").append(program).append("]\n");
  out += "#[Histogram log format version 1.3]\n";
  // Times of the lines count from the base time.
  out.append("#[BaseTime: ").append(seconds).append(" (seconds since epoch)]\n");
  out.append("#[StartTime: ").append(seconds).append(" (seconds since epoch), ");
  out.append(reinterpret_cast<const char*>(utc.data()), utc.size()).append("]\n");
  out +=
      "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";
}

void HdrLogWriter::add(std::string& out, double start, double end,
                       const Histograms& histograms) const {
  for (std::size_t index = 0; index < metric_count; ++index) {
    if (!histograms[index] || histograms[index]->empty()) continue;
    const stats::Histogram& histogram = *histograms[index];
    wire::Buffer text;
    payload::append_base64(text, wire::as_bytes(stats::encode_hdr_compressed(histogram)));
    out.append("Tag=").append(name(static_cast<Metric>(index)));
    out.append(",").append(three_decimals(start));
    out.append(",").append(three_decimals(end - start));
    out.append(",").append(
        three_decimals(static_cast<double>(histogram.max()) / nanoseconds_in_ms));
    out.append(",").append(wire::as_text(text.view())).append("\n");
  }
}

}  // namespace mqrig::load
