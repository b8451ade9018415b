// What the members of a crew tell, put together.
#include <algorithm>

#include <mqrig/load/run.hpp>

namespace mqrig::load {
namespace {

// In what happens before the measured time only connecting is of interest.
bool counts_always(Metric metric) {
  return metric == Metric::connect || metric == Metric::subscribe;
}

double seconds_between(session::Time from, session::Time to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

void Run::on_sample(std::uint32_t number, Sample& sample) {
  if (state_ == State::done) return;
  MemberState& member = members_[number];
  const Part part = part_of(sample);
  member.stage = sample.stage;
  member.gauges = sample.gauges;
  member.last_end = sample.end;
  sum_gauges();
  add_to_report(part, sample);
  add_to_row(member, part, sample);
  close_rows(false);
  advance();
}

Run::Part Run::part_of(const Sample& sample) const noexcept {
  if (measure_from_ == session::never || sample.start < measure_from_) return Part::before;
  return measure_to_ == session::never || sample.start < measure_to_ ? Part::measured : Part::after;
}

void Run::add_to_report(Part part, Sample& sample) {
  report_.account += sample.counters;
  step_account_ += sample.counters;
  report_.errors.merge(sample.errors);
  if (search_) step_errors_.merge(sample.errors);
  const Counters& counters = sample.counters;
  // Clients that come and go do not hold up a drain.
  const std::uint64_t come =
      state_ == State::draining ? 0 : counters.connected + counters.subscribed;
  const std::uint64_t progress =
      come + sum(counters.sent) + sum(counters.received) + sum(counters.acknowledged);
  if (progress != 0) last_progress_ = std::max(last_progress_, sample.end);
  if (part == Part::measured) {
    report_.totals += sample.counters;
    report_.cpu_seconds += sample.cpu_seconds;
  }
  // What was sent in the measured time and arrives after it belongs to it.
  for (std::size_t i = 0; i < metric_count; ++i) {
    const auto& histogram = sample.histograms[i];
    if (histogram == nullptr) continue;
    if (part == Part::before && !counts_always(static_cast<Metric>(i))) continue;
    auto& into = report_.histograms[i];
    if (into == nullptr) into = std::make_unique<stats::Histogram>();
    into->merge(*histogram);
  }
}

void Run::add_to_row(MemberState& member, Part part, Sample& sample) {
  // An interval ends at a multiple of its length, and that point is still its own.
  const auto interval = std::chrono::duration_cast<session::Duration>(config_.interval);
  const std::int64_t number = (sample.end.time_since_epoch().count() - 1) / interval.count();
  member.row = {number, report_.curve.size(), part};
  const auto [at, is_new] = rows_.try_emplace(member.row);
  Row& row = at->second;
  row.start = is_new ? sample.start : std::min(row.start, sample.start);
  row.end = std::max(row.end, sample.end);
  row.counters += sample.counters;
  row.cpu_seconds += sample.cpu_seconds;
  merge(row.histograms, sample.histograms);
}

// A row is complete when every member has come to its end, or beyond.
void Run::close_rows(bool all) {
  const auto interval = std::chrono::duration_cast<session::Duration>(config_.interval);
  while (!rows_.empty()) {
    const auto first = rows_.begin();
    const session::Time end{(std::get<0>(first->first) + 1) * interval};
    const bool complete =
        std::all_of(members_.begin(), members_.end(), [&](const MemberState& member) {
          return member.failed || member.row > first->first || member.last_end >= end;
        });
    if (!complete && !all) return;
    Row row = std::move(first->second);
    const RowKey key = first->first;
    rows_.erase(first);
    close_row(key, row);
  }
}

void Run::close_row(const RowKey& key, Row& row) {
  Interval interval;
  interval.start = std::max(0.0, seconds_between(begin_, row.start));
  interval.duration = seconds_between(row.start, row.end);
  interval.measured = std::get<Part>(key) == Part::measured;
  interval.counters = row.counters;
  make_positive(interval.counters);
  interval.gauges = gauges_;
  interval.cpu_seconds = row.cpu_seconds;
  interval.set_latency(row.histograms, report_.shards > 1);
  if (std::get<Part>(key) == Part::before) {  // as in the report
    for (std::size_t i = 0; i < metric_count; ++i) {
      if (!counts_always(static_cast<Metric>(i))) row.histograms[i].reset();
    }
  }
  observer_.on_interval(interval, row.histograms);
  report_.intervals.push_back(interval);
}

void Run::sum_gauges() {
  gauges_ = Gauges();
  for (const MemberState& member : members_) gauges_ += member.gauges;
  Gauges& peak = report_.gauges_peak;
  peak.clients = std::max(peak.clients, gauges_.clients);
  peak.connected = std::max(peak.connected, gauges_.connected);
  peak.ready = std::max(peak.ready, gauges_.ready);
  peak.given_up = std::max(peak.given_up, gauges_.given_up);
  peak.in_flight = std::max(peak.in_flight, gauges_.in_flight);
  peak.backlog = std::max(peak.backlog, gauges_.backlog);
}

}  // namespace mqrig::load
