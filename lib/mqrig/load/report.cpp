#include <mqrig/load/report.hpp>

#include <mqrig/load/quantity_text.hpp>
#include <mqrig/load/report_warnings.hpp>
#include <mqrig/stats/hdr_encoding.hpp>

namespace mqrig::load {
namespace {

// MQTT keeps its promises within a session. Who is back without one begins at nothing.
bool sessions_began_anew(const Report& report) noexcept {
  const Counters& account = report.account;
  return account.lost > 0 && account.connected > account.resumed + report.gauges_peak.clients;
}

std::string messages(std::uint64_t count) {
  return count_text(count) + (count == 1 ? " message" : " messages");
}

void find_violations(const Report& report, std::vector<Violation>& into) {
  const Counters& account = report.account;
  const bool judge_loss = loss_of(report).exact && !sessions_began_anew(report);
  for (std::size_t qos = 0; qos < 3; ++qos) {
    const auto add = [&](const std::string& text) {
      into.push_back({static_cast<int>(qos), "QoS " + std::to_string(qos) + ": " + text});
    };
    const std::uint64_t lost = lost_messages(account, qos);
    if (qos > 0 && judge_loss && lost > 0) {
      add(count_text(lost) + " of " + count_text(account.expected[qos]) + " deliveries lost");
    }
    if (qos == 2 && account.duplicates[qos] > 0) {
      add(messages(account.duplicates[qos]) + " delivered more than once");
    }
    if (account.corrupt[qos] > 0) {
      add(messages(account.corrupt[qos]) + " arrived with changed content");
    }
  }
}

}  // namespace

void Interval::set_latency(const Histograms& histograms, bool keep) {
  for (std::size_t index = 0; index < metric_count; ++index) {
    latency[index] = {};
    if (!histograms[index] || histograms[index]->empty()) continue;
    const stats::Histogram& histogram = *histograms[index];
    latency[index] = {histogram.count(),
                      histogram.value_at(50),
                      histogram.value_at(90),
                      histogram.value_at(99),
                      histogram.value_at(99.9),
                      histogram.max(),
                      keep ? stats::encode_hdr_compressed(histogram) : std::string()};
  }
}

Loss loss_of(const Report& report) noexcept {
  const Counters& account = report.account;
  const std::uint64_t distinct = sum(account.distinct);
  Loss loss;
  loss.expected = sum(account.expected);
  loss.exact = loss.expected > 0 && report.merged >= report.shards;
  loss.measured = loss.exact || distinct > 0;
  if (loss.exact) {
    for (std::size_t qos = 0; qos < 3; ++qos) loss.lost += lost_messages(account, qos);
  } else {
    loss.lost = account.gaps;
    loss.expected = distinct + sum(account.corrupt) + account.gaps;
  }
  return loss;
}

void judge(Report& report) {
  report.results = judge(report.objectives, report);
  report.violations.clear();
  find_violations(report, report.violations);
  report.warnings = report.run_warnings;
  add_warnings(report, report.warnings);
  if (sessions_began_anew(report) && loss_of(report).lost > 0) {
    report.warnings.push_back(
        "clients came back without their sessions: what was lost meanwhile breaks no promise of "
        "MQTT");
  }
}

bool measured_nothing(const Report& report) noexcept {
  const Counters& account = report.account;
  if (sum(account.received) > 0 || sum(account.sent) > account.publish_refused) return false;
  if (account.publish_refused > 0) return true;
  if (account.subscribe_refused > 0 && account.subscribed == 0) return true;
  const bool has_messages = !report.loop_text.empty() || account.subscribed > 0;
  return has_messages || account.connected == 0;
}

}  // namespace mqrig::load
