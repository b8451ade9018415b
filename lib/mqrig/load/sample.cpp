#include <mqrig/load/sample.hpp>

#include <mqrig/session/state_codec.hpp>

namespace mqrig::load {
namespace {

using session::get_bytes;
using session::get_double;
using session::get_u32;
using session::get_u64;
using session::get_u8;
using session::put_bytes;
using session::put_double;
using session::put_u32;
using session::put_u64;
using session::put_u8;

// Both ends are the same program: the number marks the front of a sample, not a version.
constexpr std::uint32_t mark = 0x6D715331;
// A full histogram of every metric takes 2.4 MB.
constexpr std::uint32_t most_bytes = 16 << 20;
constexpr std::uint32_t most_errors = 4096;

constexpr GaugeField gauges[] = {
    {"clients", "clients of the run", &Gauges::clients},
    {"connected", "connections that stand", &Gauges::connected},
    {"ready", "clients that are connected and subscribed", &Gauges::ready},
    {"given_up", "clients that were refused for good", &Gauges::given_up},
    {"in_flight", "messages sent and not acknowledged", &Gauges::in_flight},
    {"backlog", "messages that are due and not sent", &Gauges::backlog},
};

std::uint64_t nanoseconds(std::chrono::steady_clock::time_point time) noexcept {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

std::chrono::steady_clock::time_point time_of(std::uint64_t nanoseconds) noexcept {
  return std::chrono::steady_clock::time_point(
      std::chrono::steady_clock::duration(static_cast<std::int64_t>(nanoseconds)));
}

// Only the buckets with a count: those of one interval are some hundreds of 33,000.
void put_histogram(wire::Buffer& out, const stats::Histogram* histogram) {
  std::uint32_t buckets = 0;
  const auto count_bucket = [&](std::uint64_t, std::uint64_t, std::uint64_t) { ++buckets; };
  if (histogram != nullptr) histogram->for_each(count_bucket);
  put_u32(out, buckets);
  if (buckets == 0) return;
  put_u64(out, histogram->min());
  put_u64(out, histogram->max());
  put_double(out, histogram->mean());
  histogram->for_each([&](std::uint64_t lowest, std::uint64_t, std::uint64_t count) {
    put_u32(out, static_cast<std::uint32_t>(stats::Histogram::bucket_of(lowest)));
    put_u64(out, count);
  });
}

bool get_histogram(wire::ByteView& in, std::unique_ptr<stats::Histogram>& histogram) {
  histogram.reset();
  std::uint32_t buckets = 0;
  if (!get_u32(in, buckets)) return false;
  if (buckets == 0) return true;
  std::uint64_t min = 0;
  std::uint64_t max = 0;
  double mean = 0;
  if (!get_u64(in, min) || !get_u64(in, max) || !get_double(in, mean)) return false;
  histogram = std::make_unique<stats::Histogram>();
  for (std::uint32_t index = 0; index < buckets; ++index) {
    std::uint32_t bucket = 0;
    std::uint64_t count = 0;
    if (!get_u32(in, bucket) || bucket >= stats::Histogram::buckets || !get_u64(in, count)) {
      return false;
    }
    histogram->record_bucket(stats::Histogram::lowest_of(bucket),
                             stats::Histogram::highest_of(bucket), count);
  }
  histogram->refine(min, max, mean);
  return true;
}

void put_errors(wire::Buffer& out, const ErrorCounts& errors) {
  put_u32(out, static_cast<std::uint32_t>(errors.texts().size()));
  for (const auto& [text, count] : errors.texts()) {
    put_bytes(out, wire::as_bytes(text));
    put_u64(out, count);
  }
}

bool get_errors(wire::ByteView& in, ErrorCounts& errors) {
  errors = {};
  std::uint32_t texts = 0;
  if (!get_u32(in, texts) || texts > most_errors) return false;
  for (std::uint32_t index = 0; index < texts; ++index) {
    wire::ByteView text;
    std::uint64_t count = 0;
    if (!get_bytes(in, text) || !get_u64(in, count)) return false;
    errors.add(std::string(wire::as_text(text)), count);
  }
  return true;
}

bool get_counters(wire::ByteView& in, Counters& counters) {
  counters = {};
  for (const CounterField& field : counter_fields()) {
    std::uint64_t value = 0;
    if (!get_u64(in, value)) return false;
    field.add(counters, value);
  }
  return true;
}

bool get_gauges(wire::ByteView& in, Gauges& values) noexcept {
  for (const GaugeField& gauge : gauges) {
    if (!get_u64(in, values.*gauge.member)) return false;
  }
  return true;
}

bool get_head(wire::ByteView& in, Sample& sample) noexcept {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint8_t stage = 0;
  if (!get_u64(in, start) || !get_u64(in, end) || !get_u8(in, stage) ||
      !get_double(in, sample.cpu_seconds)) {
    return false;
  }
  if (stage > static_cast<std::uint8_t>(Stage::done)) return false;
  sample.start = time_of(start);
  sample.end = time_of(end);
  sample.stage = static_cast<Stage>(stage);
  return true;
}

bool get_sample(wire::ByteView in, Sample& sample) {
  if (!get_head(in, sample) || !get_counters(in, sample.counters) ||
      !get_gauges(in, sample.gauges)) {
    return false;
  }
  for (auto& histogram : sample.histograms) {
    if (!get_histogram(in, histogram)) return false;
  }
  return get_errors(in, sample.errors) && in.empty();
}

}  // namespace

Gauges& Gauges::operator+=(const Gauges& other) noexcept {
  for (const GaugeField& gauge : gauges) this->*gauge.member += other.*gauge.member;
  return *this;
}

std::span<const GaugeField> gauge_fields() noexcept {
  return gauges;
}

void encode(std::string& out, const Sample& sample) {
  wire::Buffer body;
  put_u64(body, nanoseconds(sample.start));
  put_u64(body, nanoseconds(sample.end));
  put_u8(body, static_cast<std::uint8_t>(sample.stage));
  put_double(body, sample.cpu_seconds);
  for (const CounterField& field : counter_fields()) put_u64(body, field.get(sample.counters));
  for (const GaugeField& gauge : gauges) put_u64(body, sample.gauges.*gauge.member);
  for (const auto& histogram : sample.histograms) put_histogram(body, histogram.get());
  put_errors(body, sample.errors);
  wire::Buffer head;
  put_u32(head, mark);
  put_u32(head, static_cast<std::uint32_t>(body.size()));
  out.append(wire::as_text(head.view())).append(wire::as_text(body.view()));
}

bool decode(std::string_view& in, Sample& sample, std::string& error) {
  error.clear();
  wire::ByteView bytes = wire::as_bytes(in);
  std::uint32_t found = 0;
  std::uint32_t size = 0;
  if (!get_u32(bytes, found) || !get_u32(bytes, size)) return false;
  if (found != mark) {
    error = "not a sample of a load test";
  } else if (size > most_bytes) {
    error = "a sample of " + std::to_string(size) + " bytes";
  } else if (bytes.size() < size) {
    return false;
  } else if (!get_sample(bytes.first(size), sample)) {
    error = "a damaged sample";
  }
  if (!error.empty()) return false;
  in.remove_prefix(in.size() - bytes.size() + size);
  return true;
}

}  // namespace mqrig::load
