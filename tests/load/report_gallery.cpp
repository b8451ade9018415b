#include "report_gallery.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>

namespace mqrig::test {
namespace {

using namespace load;

// Looks like the latencies of a broker: a narrow hump and a long tail.
class Latencies {
 public:
  explicit Latencies(double typical) : typical_(typical) {}

  std::uint64_t next(double slower = 1) {
    const double hump = typical_ * std::exp(normal() * 0.25);
    const double tail = uniform() < 0.02 ? typical_ * 8 * -std::log(1 - uniform()) : 0;
    return static_cast<std::uint64_t>((hump + tail) * slower);
  }

 private:
  // Of our own: those of the standard library differ from one library to another.
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return sum;
  }

  std::mt19937_64 engine_{1883};
  double typical_;
};

Report headed(std::string name) {
  Report report;
  report.version = "0.1.0";
  report.run_id = "9f3c02d1a7b84e65";
  report.scenario_name = std::move(name);
  report.broker = "127.0.0.1:1883";
  report.host = "bench-1";
  report.begin = 1'795'588'200'000'000'000;  // 2026-11-25 06:30:00
  report.threads = 2;
  report.scenario_text =
      "name = \"pubsub\"\n\n[[group]]\nname = \"publishers\"\nclients = 100\n"
      "publish.topic = \"bench/{client}\"\npublish.qos = 1\npublish.rate = 10000\n\n"
      "[[group]]\nname = \"subscribers\"\nclients = 10\nsubscribe.filter = \"bench/#\"\n";
  return report;
}

struct Course {
  int seconds = 30;
  int warm_up = 3;
  double rate = 10'000;
  int stall_at = -1;                   // second
  std::uint64_t per_interval = 1'000;  // latencies that are recorded
};

void add_counts(Interval& row, std::uint64_t sent, std::uint64_t received) {
  Counters& counters = row.counters;
  counters.scheduled = sent;
  counters.sent[1] = counters.acknowledged[1] = counters.expected[1] = sent;
  counters.received[1] = counters.distinct[1] = received;
  counters.payload_sent = sent * 64;
  counters.payload_received = received * 64;
  counters.bytes_sent = sent * 84;
  counters.bytes_received = received * 84 + sent * 4;
}

// A run of messages at QoS 1, second by second.
void run(Report& report, const Course& course) {
  Latencies latencies(420'000);
  Latencies lateness(9'000);
  std::uint64_t waiting = 0;  // for the end of the stall
  for (int second = 0; second < course.seconds; ++second) {
    Interval row;
    row.start = second;
    row.duration = 1;
    row.measured = second >= course.warm_up;
    row.gauges.clients = 110;
    row.gauges.connected = row.gauges.ready = second == 0 ? 86 : 110;
    row.counters.attempts = row.counters.connected = second == 0 ? 86 : second == 1 ? 24 : 0;
    row.cpu_seconds = 0.031;
    const double share = second == 0 ? 0.4 : 1 + 0.004 * std::sin(second * 1.7);
    const bool stalls =
        course.stall_at >= 0 && (second == course.stall_at || second == course.stall_at + 1);
    const auto sent = static_cast<std::uint64_t>(course.rate * share);
    const std::uint64_t arrived = stalls ? sent / 12 : sent + waiting;
    waiting = stalls ? waiting + sent - arrived : 0;
    add_counts(row, sent, arrived);
    Histograms histograms;
    for (std::uint64_t i = 0; i < course.per_interval; ++i) {
      const double slower = (stalls ? 900 : 1) * (1 + 0.15 * std::sin(second * 0.6));
      record(histograms, Metric::delivery, latencies.next(slower));
      record(histograms, Metric::publish, latencies.next(slower * 0.7));
      record(histograms, Metric::scheduling, lateness.next());
    }
    if (second == 0) {
      for (int i = 0; i < 110; ++i) {
        const std::uint64_t value = latencies.next(3);
        record(histograms, Metric::connect, value);
        record(report.histograms, Metric::connect, value);
      }
    }
    row.set_latency(histograms, false);
    if (row.measured) merge(report.histograms, histograms);
    report.account += row.counters;
    if (row.measured) {
      report.totals += row.counters;
      report.cpu_seconds += row.cpu_seconds;
      report.measured_seconds += row.duration;
    }
    report.intervals.push_back(std::move(row));
  }
  report.gauges_peak.clients = report.gauges_peak.connected = report.gauges_peak.ready = 110;
  report.open_loop = true;
  report.asked_rate = course.rate;
  report.loop_text = "open loop, 10,000 messages/s";
}

void state_objectives(Report& report, std::string_view text) {
  const std::string fault = parse_objectives(text, report.objectives);
  if (!fault.empty()) throw std::logic_error(fault);
}

Report normal() {
  Report report = headed("pubsub");
  run(report, {});
  state_objectives(report, "p99<10ms,loss=0,rate>9k/s");
  return report;
}

Report failed() {
  Report report = headed("pubsub");
  run(report, {.stall_at = 17});
  report.account.distinct[1] -= 1'204;
  report.account.received[1] -= 1'204;
  report.account.duplicates[1] = 37;
  report.account.reordered = 5;
  report.account.lost = 12;
  report.intervals[17].counters.lost = 12;
  report.intervals[17].counters.errors = 12;
  report.intervals[19].counters.errors = 3;
  report.errors.add(ErrorKind::lost, std::make_error_code(std::errc::connection_reset), 12);
  report.errors.add(ErrorKind::connack, wire::ReasonCode::server_busy, 3);
  report.run_warnings = {"the generator was late by 12 ms at the 99th percentile"};
  state_objectives(report, "p99<10ms,loss=0,rate>9k/s,errors=0");
  return report;
}

Report empty() {
  Report report = headed("pub");
  report.loop_text = "closed loop, 100 in flight";
  report.errors.add(ErrorKind::connect, std::make_error_code(std::errc::connection_refused), 7);
  report.account.attempts = report.account.connect_failed = report.account.errors = 7;
  return report;
}

Report huge() {
  Report report = headed("pub");
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max() / 4;
  for (const CounterField& field : counter_fields()) {
    field.add(report.totals, most);
    field.add(report.account, most);
  }
  report.measured_seconds = 1;
  report.cpu_seconds = 1e9;
  report.gauges_peak = {most, most, most, most, most, most};
  report.errors.add("lost: Connection reset by peer", most);
  for (int i = 0; i < 3; ++i) {
    Interval row;
    row.start = i * 1e6;
    row.duration = 1e6;
    row.measured = true;
    row.counters = report.totals;
    row.gauges = report.gauges_peak;
    for (IntervalLatency& latency : row.latency) {
      latency = {most,
                 1,
                 1'000'000,
                 stats::Histogram::largest,
                 stats::Histogram::largest,
                 stats::Histogram::largest,
                 {}};
    }
    report.intervals.push_back(std::move(row));
  }
  for (std::size_t i = 0; i < metric_count; ++i) {
    record(report.histograms, static_cast<Metric>(i), 0);
    record(report.histograms, static_cast<Metric>(i), stats::Histogram::largest);
  }
  return report;
}

Report hostile() {
  Report report = normal();
  const std::string markup =
      "</script></style></pre><img src=x onerror=document.title='owned'>\"'&amp;"
      "<script>document.title='owned'</script>\x01\xff\xE2\x80\xAE]]>";
  report.scenario_name = markup;
  report.broker = markup;
  report.host = markup;
  report.version = markup;
  report.run_id = markup;
  report.loop_text = markup;
  report.scenario_text = markup + "\n" + std::string(300, 'x') + "\n<!-- ";
  report.errors.add(markup, 1);
  report.violations.push_back({1, markup});
  report.run_warnings.push_back(markup);
  report.objectives[0].text = markup;
  report.curve.push_back({1000, 1000, 1000, 1000, 2000, 3000, 0.5, false, markup});
  return report;
}

Report search() {
  Report report = headed("pubsub");
  run(report, {});
  report.loop_text = "open loop, a search from 1,000 messages/s on";
  state_objectives(report, "p99<5ms,loss=0");
  const double rates[] = {10'000, 20'000, 40'000, 80'000, 160'000, 120'000, 140'000, 130'000};
  for (const double rate : rates) {
    CurvePoint point;
    const double load = rate / 135'000;
    point.rate = rate;
    point.sent = rate;
    point.received = std::min(rate, 136'500.0);
    const double wait = load < 1 ? 1 / (1.02 - load) : 400 * load;
    point.p50 = static_cast<std::uint64_t>(180'000 * std::sqrt(wait));
    point.p99 = static_cast<std::uint64_t>(420'000 * wait);
    point.max = static_cast<std::uint64_t>(2'100'000 * wait);
    point.met = point.p99 < 5'000'000;
    if (!point.met) point.failed = "p99<5ms";
    report.curve.push_back(point);
  }
  return report;
}

Report connections() {
  Report report = headed("conn");
  Latencies latencies(1'900'000);
  for (int second = 0; second < 20; ++second) {
    Interval row;
    row.start = second;
    row.duration = 1;
    row.measured = true;
    row.counters.attempts = row.counters.connected = second < 10 ? 1'000 : 0;
    row.gauges.clients = 10'000;
    row.gauges.connected = static_cast<std::uint64_t>(std::min(second + 1, 10)) * 1'000;
    Histograms histograms;
    for (std::uint64_t i = 0; i < row.counters.connected; ++i) {
      record(histograms, Metric::connect, latencies.next());
    }
    row.set_latency(histograms, false);
    merge(report.histograms, histograms);
    report.totals += row.counters;
    report.account += row.counters;
    report.intervals.push_back(std::move(row));
  }
  report.measured_seconds = 20;
  report.cpu_seconds = 1.4;
  report.gauges_peak.clients = report.gauges_peak.connected = 10'000;
  return report;
}

Report long_run() {
  Report report = headed("soak");
  run(report, {.seconds = 4 * 3600, .warm_up = 60, .stall_at = 9'000, .per_interval = 20});
  report.clock = {true, 0.0004, false};
  report.merged = report.shards = 4;
  report.processes = 4;
  return report;
}

struct Sample {
  std::string_view name;
  Report (*make)();
};
constexpr Sample samples[] = {
    {"normal", normal},
    {"failed", failed},
    {"empty", empty},
    {"huge", huge},
    {"hostile", hostile},
    {"search", search},
    {"connections", connections},
    {"long", long_run},
};

}  // namespace

std::vector<std::string_view> gallery_names() {
  std::vector<std::string_view> names;
  for (const auto& sample : samples) names.push_back(sample.name);
  return names;
}

load::Report gallery_report(std::string_view name) {
  for (const auto& sample : samples) {
    if (sample.name != name) continue;
    load::Report report = sample.make();
    const auto violations = report.violations;
    load::judge(report);
    report.violations.insert(report.violations.end(), violations.begin(), violations.end());
    return report;
  }
  throw std::invalid_argument("no such report");
}

}  // namespace mqrig::test
