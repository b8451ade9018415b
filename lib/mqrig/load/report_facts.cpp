#include <mqrig/load/report_facts.hpp>

#include <algorithm>

#include <mqrig/load/quantity_text.hpp>
#include <mqrig/load/short_text.hpp>
#include <mqrig/payload/utc_text.hpp>

namespace mqrig::load {
namespace {

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return count_text(count).append(" ").append(count == 1 ? one : many);
}

std::string measured_text(const Report& report) {
  std::string text = clock_text(report.measured_seconds);
  if (report.intervals.empty()) return text;
  const Interval& last = report.intervals.back();
  return text + " of a run of " + clock_text(last.start + last.duration);
}

std::string workers_text(const Report& report) {
  std::string text;
  if (report.processes > 1) text = counted(report.processes, "process", "processes") + ", ";
  text += counted(report.threads, "thread", "threads");
  if (!report.host.empty()) text += " on " + report.host;
  if (report.shards > 1 && report.merged == 1) {
    text += "; shard " + std::to_string(report.shard) + " of " + std::to_string(report.shards);
  }
  if (report.merged > 1) text += "; " + count_text(report.merged) + " reports merged";
  return text;
}

std::string clock_note_text(const ClockNote& clock, DurationText duration) {
  if (clock.one_machine) return "one for all times: latencies are exact";
  if (!clock.synchronised)
    return "several, and this one is not synchronised: latencies are not sure";
  return "several; synchronised within " + duration(clock.error_seconds * 1e9) +
         " by the kernel's estimate";
}

std::string loop_text(const Report& report) {
  const bool explained = sum(report.account.sent) != 0;
  if (!explained) return report.loop_text;
  return report.loop_text + (report.open_loop ? "; the schedule does not wait for the broker"
                                              : "; the next message waits for the broker");
}

double per_second(std::uint64_t count, const Report& report) {
  return report.measured_seconds > 0 ? static_cast<double>(count) / report.measured_seconds : 0;
}

std::string byte_rate(std::uint64_t bytes, const Report& report) {
  return bytes_text(per_second(bytes, report)) + "/s";
}

AccountRow row(std::string label, const PerQos& counts, bool fault = false) {
  return {std::move(label), {counts[0], counts[1], counts[2]}, sum(counts), fault};
}

AccountRow row(std::string label, std::uint64_t count, bool fault) {
  return {std::move(label), {}, count, fault};
}

}  // namespace

std::vector<Fact> run_facts(const Report& report, DurationText duration) {
  std::vector<Fact> facts{{"Scenario", report.scenario_name}, {"Broker", report.broker}};
  if (!report.loop_text.empty()) facts.push_back({"Load", loop_text(report)});
  facts.push_back({"Measured", measured_text(report)});
  facts.push_back({"Started", utc_second_text(report.begin)});
  facts.push_back({"Generator", workers_text(report)});
  facts.push_back({"Clock", clock_note_text(report.clock, duration)});
  facts.push_back({"Run", report.run_id + ", mqrig " + report.version});
  return facts;
}

std::vector<RateRow> rate_rows(const Report& report) {
  const Counters& totals = report.totals;
  return {
      {"messages a second", brief_rate_text(per_second(sum(totals.sent), report)),
       brief_rate_text(per_second(sum(totals.received), report))},
      {"messages", brief_count_text(sum(totals.sent)), brief_count_text(sum(totals.received))},
      {"payload", byte_rate(totals.payload_sent, report),
       byte_rate(totals.payload_received, report)},
      {"network", byte_rate(totals.bytes_sent, report), byte_rate(totals.bytes_received, report)}};
}

std::vector<AccountRow> message_account(const Report& report) {
  const Counters& account = report.account;
  PerQos lost{};
  for (std::size_t qos = 0; qos < lost.size(); ++qos) lost[qos] = lost_messages(account, qos);

  std::vector<AccountRow> rows;
  rows.push_back(row("sent", account.sent));
  rows.push_back(row("acknowledged", account.acknowledged));
  rows.back().by_qos[0].reset();
  rows.push_back(row("expected", account.expected));
  rows.push_back(row("received", account.received));
  if (loss_of(report).exact) {
    rows.push_back(row("lost", lost, true));
  } else {
    rows.push_back(row("lost at least", account.gaps, true));
  }
  rows.push_back(row("duplicates", account.duplicates, true));
  rows.push_back(row("reordered", account.reordered, true));
  rows.push_back(row("corrupt", account.corrupt, true));
  const auto add_if_any = [&](std::string label, std::uint64_t count, bool fault) {
    if (count != 0) rows.push_back(row(std::move(label), count, fault));
  };
  add_if_any("unsent", account.unsent, true);
  add_if_any("unconfirmed", account.unconfirmed, true);
  add_if_any("refused", account.publish_refused, true);
  add_if_any("of others", account.foreign, false);
  add_if_any("before sent", account.clock_skew, true);
  add_if_any("requests", account.requests, false);
  add_if_any("responses", account.responses, false);
  add_if_any("no response", account.request_timeouts, true);
  return rows;
}

std::vector<Fact> connection_facts(const Report& report) {
  const Counters& account = report.account;
  std::vector<Fact> facts{{"Clients", count_text(report.gauges_peak.clients)},
                          {"Connected at once", count_text(report.gauges_peak.connected)},
                          {"Connects", count_text(account.connected) + " of " +
                                           counted(account.attempts, "attempt", "attempts")}};
  const auto add_if_any = [&](std::string label, std::uint64_t count) {
    if (count != 0) facts.push_back({std::move(label), count_text(count)});
  };
  add_if_any("Sessions resumed", account.resumed);
  add_if_any("Failed attempts", account.connect_failed);
  add_if_any("Connections lost", account.lost);
  add_if_any("Given up", report.gauges_peak.given_up);
  add_if_any("Subscriptions", account.subscribed);
  add_if_any("Refused subscriptions", account.subscribe_refused);
  add_if_any("Keep-alives answered", account.pings);
  return facts;
}

std::vector<Fact> generator_facts(const Report& report, DurationText duration) {
  std::vector<Fact> facts;
  std::string cpu = duration(report.cpu_seconds * 1e9);
  if (report.measured_seconds > 0) {
    cpu += ", " + percent_text(report.cpu_seconds / report.measured_seconds) + " of one core";
  }
  facts.push_back({"CPU time", cpu});
  if (const auto seconds = cpu_seconds_per_million(report)) {
    facts.push_back({"CPU per 1M messages", duration(*seconds * 1e9)});
  }
  const auto& delay = report.histograms[static_cast<std::size_t>(Metric::scheduling)];
  if (delay && !delay->empty()) {
    const auto at = [&](double percentile) {
      return duration(static_cast<double>(delay->value_at(percentile)));
    };
    facts.push_back({"Own delay", "p50 " + at(50) + ", p99 " + at(99) + ", max " + at(100)});
  }
  if (report.gauges_peak.backlog != 0) {
    facts.push_back(
        {"Longest backlog", counted(report.gauges_peak.backlog, "due message", "due messages")});
  }
  return facts;
}

std::optional<CurvePoint> highest_met(const Report& report) {
  std::optional<CurvePoint> best;
  for (const CurvePoint& point : report.curve) {
    if (point.met && (!best || point.rate > best->rate)) best = point;
  }
  return best;
}

std::optional<double> cpu_seconds_per_million(const Report& report) {
  const double messages = static_cast<double>(sum(report.totals.sent)) +
                          static_cast<double>(sum(report.totals.received));
  if (messages == 0) return std::nullopt;
  return report.cpu_seconds / messages * 1e6;
}

std::string title(Metric metric) {
  std::string text(name(metric));
  std::replace(text.begin(), text.end(), '_', ' ');
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

std::string utc_second_text(std::int64_t nanoseconds_since_1970) {
  std::array<std::uint8_t, payload::UtcText::size> text{};
  payload::UtcText utc;
  utc.put(text.data(), payload::WallTime(std::chrono::nanoseconds(nanoseconds_since_1970)));
  const std::string whole(text.begin(), text.end());
  return whole.substr(0, 10) + " " + whole.substr(11, 8) + " UTC";
}

}  // namespace mqrig::load
