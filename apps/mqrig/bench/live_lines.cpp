#include "live_lines.hpp"

#include <algorithm>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/load/quantity_text.hpp>
#include <mqrig/load/report_charts.hpp>
#include <mqrig/load/report_facts.hpp>
#include <mqrig/load/short_text.hpp>

#include "sparkline.hpp"

namespace mqrig::bench_command {
namespace {

using namespace load;

constexpr std::size_t longest_bar = 40;

double rate(std::uint64_t count, const Interval& interval) {
  return interval.duration > 0 ? static_cast<double>(count) / interval.duration : 0;
}

std::string duration(std::uint64_t nanoseconds) {
  return duration_text(static_cast<double>(nanoseconds));
}

std::string cpu(const Interval& interval) {
  const double share = interval.duration > 0 ? interval.cpu_seconds / interval.duration : 0;
  return "CPU " + short_text(share * 100) + "%";
}

std::string errors_text(std::uint64_t errors) {
  return count_text(errors) + (errors == 1 ? " error" : " errors");
}

// "0:15 of 0:30"
std::string time_text(const Progress& progress) {
  std::string text = clock_text(progress.elapsed);
  if (progress.total) text += " of " + clock_text(*progress.total);
  return text;
}

const IntervalLatency& latency(const Interval& interval, Metric metric) {
  return interval.latency[static_cast<std::size_t>(metric)];
}

// Lets pieces flow into lines of this width, two blanks between them.
std::vector<std::string> flowed(const std::vector<std::string>& pieces, std::size_t width) {
  std::vector<std::string> lines;
  for (const std::string& piece : pieces) {
    if (!lines.empty() && lines.back().size() + 2 + piece.size() <= width) {
      lines.back().append("  ").append(piece);
    } else {
      lines.push_back(piece.substr(0, width));
    }
  }
  return lines;
}

void append_connections(std::vector<std::string>& pieces, const Gauges& gauges) {
  std::string text = count_text(gauges.connected);
  if (gauges.connected != gauges.clients) text += " of " + count_text(gauges.clients);
  pieces.push_back(text + " connected");
}

}  // namespace

void LiveNumbers::add(const Progress& progress, const Interval& interval) {
  progress_ = progress;
  progress_.phase.clear();
  cli::append_printable(progress_.phase, progress.phase);
  last_ = interval;
  errors_ += interval.counters.errors;
  for (const Metric metric :
       {Metric::round_trip, Metric::delivery, Metric::publish, Metric::connect}) {
    if (latency(interval, metric).count == 0) continue;
    metric_ = metric;
    break;
  }
  absorb(since_summary_, interval);
  rates_.push_back({rate(sum(interval.counters.sent), interval),
                    rate(sum(interval.counters.received), interval),
                    rate(interval.counters.connected, interval)});
  if (rates_.size() > history) rates_.pop_front();
}

std::string LiveNumbers::progress_line(std::size_t width, bool unicode) const {
  std::string line = progress_.phase + "  " + time_text(progress_);
  if (progress_.done) {
    const std::string percent =
        std::to_string(static_cast<int>(std::clamp(*progress_.done, 0.0, 1.0) * 100)) + "%";
    const std::size_t used = line.size() + percent.size() + 4;
    if (used + 10 <= width) {
      const std::size_t columns = std::min(width - used, longest_bar);
      return line + "  " + progress_bar(*progress_.done, columns, unicode) + "  " + percent;
    }
    line += "  " + percent;
  }
  return line.substr(0, width);
}

std::string LiveNumbers::history_line(std::size_t width, bool unicode) const {
  const auto any = [&](double Rates::*member) {
    return std::any_of(rates_.begin(), rates_.end(),
                       [member](const Rates& rates) { return rates.*member > 0; });
  };
  const bool in = any(&Rates::in);
  const bool out = any(&Rates::out);
  const auto member = in ? &Rates::in : out ? &Rates::out : &Rates::connects;
  std::vector<double> values;
  for (const Rates& rates : rates_) values.push_back(rates.*member);
  const double highest = *std::max_element(values.begin(), values.end());
  const std::string name = in ? "in  " : out ? "out  " : "connects  ";
  const std::string end = "  up to " + short_text(highest) + "/s";
  if (highest <= 0 || name.size() + end.size() + 5 > width) return "";
  return name + sparkline(values, width - name.size() - end.size(), unicode) + end;
}

std::vector<std::string> LiveNumbers::lines(std::size_t width, bool unicode) const {
  if (rates_.empty() || width == 0) return {};
  std::vector<std::string> pieces{"out " + rate_text(rates_.back().out),
                                  "in " + rate_text(rates_.back().in)};
  if (const IntervalLatency& felt = latency(last_, metric_); felt.count != 0) {
    pieces.push_back(title(metric_) + " p50 " + duration(felt.p50));
    pieces.push_back("p99 " + duration(felt.p99));
    pieces.push_back("p99.9 " + duration(felt.p999));
    pieces.push_back("max " + duration(felt.max));
  }
  append_connections(pieces, last_.gauges);
  pieces.push_back(errors_text(errors_));
  pieces.push_back(cpu(last_));

  std::vector<std::string> all{progress_line(width, unicode)};
  for (std::string& line : flowed(pieces, width)) all.push_back(std::move(line));
  std::string drawn = history_line(width, unicode);
  if (!drawn.empty()) all.push_back(std::move(drawn));
  return all;
}

std::string LiveNumbers::summary() {
  const Interval& all = since_summary_;
  std::string text = time_text(progress_) + ", " + progress_.phase + ": out " +
                     rate_text(rate(sum(all.counters.sent), all)) + ", in " +
                     rate_text(rate(sum(all.counters.received), all));
  if (const IntervalLatency& worst = latency(all, metric_); worst.count != 0) {
    text.append(", ").append(name(metric_)).append(" p99 up to ").append(duration(worst.p99));
    text.append(", max ").append(duration(worst.max));
  }
  std::vector<std::string> pieces;
  append_connections(pieces, all.gauges);
  text += ", " + pieces.front() + ", " + errors_text(errors_) + ", " + cpu(all);
  since_summary_ = {};
  return text;
}

}  // namespace mqrig::bench_command
