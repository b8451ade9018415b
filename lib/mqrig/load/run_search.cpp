// The steps of a search for the highest rate: each is a measurement of its own, of which the best
// becomes the report's.
#include <algorithm>
#include <utility>

#include <mqrig/load/run.hpp>

namespace mqrig::load {
namespace {

// A step that reaches less than this of its rate has not met it, whatever the objectives are.
constexpr double rate_reached = 0.99;

// What people mean by "it keeps up" when they do not say.
constexpr std::string_view usual_objectives = "p99<100ms,loss=0,errors=0";

}  // namespace

void Run::begin_step() {
  if (report_.objectives.empty()) parse_objectives(usual_objectives, report_.objectives);
  measure_from_ = measure_to_ = session::never;
  report_.totals = Counters();
  report_.cpu_seconds = 0;
  step_account_ = Counters();
  step_errors_ = ErrorCounts();
  for (const Metric metric :
       {Metric::publish, Metric::delivery, Metric::round_trip, Metric::scheduling}) {
    report_.histograms[static_cast<std::size_t>(metric)].reset();
  }
}

void Run::step_done() {
  report_.measured_seconds = std::chrono::duration<double>(measure_to_ - measured_since()).count();
  CurvePoint point = judge_step();
  search_->tried(point.met);
  observer_.on_step(point);
  report_.curve.push_back(std::move(point));
  if (report_.curve.back().met && step_rate_ > best_.rate) keep_step();
  if (search_->next()) return publish();
  leave();
}

CurvePoint Run::judge_step() {
  CurvePoint point;
  point.rate = step_rate_;
  point.sent = static_cast<double>(sum(report_.totals.sent)) / report_.measured_seconds;
  point.received = static_cast<double>(sum(report_.totals.received)) / report_.measured_seconds;
  std::swap(report_.account, step_account_);
  std::swap(report_.errors, step_errors_);
  report_.asked_rate = step_rate_;
  judge(report_);
  const auto missed = std::find_if(report_.results.begin(), report_.results.end(),
                                   [](const ObjectiveResult& result) { return !result.met; });
  point.met = missed == report_.results.end();
  if (!point.met) point.failed = missed->objective.text + " (" + missed->value_text + ")";
  std::uint64_t expected = 0;
  std::uint64_t lost = 0;
  for (std::size_t qos = 0; qos < 3; ++qos) {
    expected += report_.account.expected[qos];
    lost += lost_messages(report_.account, qos);
  }
  if (expected != 0) point.loss = static_cast<double>(lost) / static_cast<double>(expected);
  std::swap(report_.account, step_account_);
  std::swap(report_.errors, step_errors_);
  // All of the step, and not its measured part, which may end a few messages early.
  const double due = step_rate_ * std::chrono::duration<double>(config_.find_max->step).count();
  if (point.met && static_cast<double>(sum(step_account_.sent)) + 1 < rate_reached * due) {
    point.met = false;
    point.failed = "the rate was not reached";
  }
  for (const Metric metric : {Metric::round_trip, Metric::delivery, Metric::publish}) {
    const auto& histogram = report_.histograms[static_cast<std::size_t>(metric)];
    if (histogram == nullptr || histogram->empty()) continue;
    point.p50 = histogram->value_at(50);
    point.p99 = histogram->value_at(99);
    point.max = histogram->max();
    break;
  }
  return point;
}

void Run::keep_step() {
  best_.rate = step_rate_;
  best_.totals = report_.totals;
  best_.account = step_account_;
  best_.errors = step_errors_;
  best_.cpu_seconds = report_.cpu_seconds;
  best_.seconds = report_.measured_seconds;
  best_.histograms = Histograms();
  merge(best_.histograms, report_.histograms);
}

// What became of the connections is that of the whole search. Of the messages, a step that was too
// much for the broker must not count against the one that was not.
void Run::finish_search() {
  if (!search_ || best_.rate == 0) return;
  report_.asked_rate = best_.rate;
  report_.totals = best_.totals;
  const Counters whole = std::exchange(report_.account, best_.account);
  for (const auto member :
       {&Counters::attempts, &Counters::connected, &Counters::resumed, &Counters::connect_failed,
        &Counters::lost, &Counters::left, &Counters::subscribed, &Counters::subscribe_refused}) {
    report_.account.*member = whole.*member;
  }
  report_.errors = std::move(best_.errors);
  report_.account.errors = report_.errors.total();
  report_.cpu_seconds = best_.cpu_seconds;
  report_.measured_seconds = best_.seconds;
  report_.histograms = std::move(best_.histograms);
}

}  // namespace mqrig::load
