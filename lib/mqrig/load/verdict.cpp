#include <mqrig/load/verdict.hpp>

#include <algorithm>
#include <csignal>

#include <mqrig/load/quantity_text.hpp>

namespace mqrig::load {
namespace {

std::string signal_name(int number) {
  switch (number) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    case SIGHUP:
      return "SIGHUP";
    default:
      return "signal " + std::to_string(number);
  }
}

std::string counted(std::size_t count, std::string_view what) {
  return count_text(count).append(" ").append(what).append(count == 1 ? "" : "s");
}

void append_clause(std::string& text, std::string_view clause) {
  if (!text.empty()) text += ", ";
  text += clause;
}

std::string failures(const Report& report) {
  std::string text;
  if (measured_nothing(report)) append_clause(text, "nothing was measured");
  const auto missed = std::count_if(report.results.begin(), report.results.end(),
                                    [](const ObjectiveResult& result) { return !result.met; });
  if (missed != 0) {
    append_clause(text, count_text(static_cast<std::uint64_t>(missed)) + " of " +
                            counted(report.results.size(), "objective") + " missed");
  }
  if (!report.violations.empty()) {
    append_clause(text, counted(report.violations.size(), "guarantee") + " of MQTT broken");
  }
  return text;
}

}  // namespace

Verdict verdict(const Report& report) {
  using Kind = Verdict::Kind;
  Verdict result{Kind::failed, failures(report)};
  const std::string stopped =
      report.interrupted == 0 ? "" : "ended by " + signal_name(report.interrupted);
  if (!result.reason.empty()) {
    if (!stopped.empty()) append_clause(result.reason, stopped);
    return result;
  }
  if (!stopped.empty()) return {Kind::interrupted, stopped + "; what ran until then is complete"};
  if (report.results.empty()) return {Kind::finished, "no objectives were stated"};
  return {Kind::passed, report.results.size() == 1
                            ? "the objective is met"
                            : "all " + counted(report.results.size(), "objective") + " are met"};
}

std::string_view word(Verdict::Kind kind) noexcept {
  switch (kind) {
    case Verdict::Kind::passed:
      return "PASSED";
    case Verdict::Kind::interrupted:
      return "INTERRUPTED";
    case Verdict::Kind::failed:
      return "FAILED";
    case Verdict::Kind::finished:
      break;
  }
  return "FINISHED";
}

Metric main_metric(const Report& report) noexcept {
  return felt_metric(report.histograms).value_or(Metric::delivery);
}

}  // namespace mqrig::load
