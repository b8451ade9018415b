#include <mqrig/load/report_html.hpp>

#include <mqrig/load/html_assets.hpp>
#include <mqrig/load/html_escape.hpp>
#include <mqrig/load/quantity_text.hpp>
#include <mqrig/load/report_charts.hpp>
#include <mqrig/load/report_facts.hpp>
#include <mqrig/load/report_tables.hpp>
#include <mqrig/load/short_text.hpp>
#include <mqrig/load/verdict.hpp>

namespace mqrig::load {
namespace {

// A number to be seen from afar.
struct Tile {
  std::string label;
  std::string value;
  std::string note;
  bool bad = false;
};

double per_second(std::uint64_t count, const Report& report) {
  return report.measured_seconds > 0 ? static_cast<double>(count) / report.measured_seconds : 0;
}

void add_rate_tiles(std::vector<Tile>& tiles, const Report& report) {
  if (const auto best = highest_met(report)) {
    tiles.push_back({"Highest rate", rate_text(best->rate), "that met the objectives"});
  } else if (!report.curve.empty()) {
    tiles.push_back({"Highest rate", "none", "no rate met the objectives", true});
  }
  const std::uint64_t sent = sum(report.totals.sent);
  const std::uint64_t received = sum(report.totals.received);
  if (sent != 0) {
    tiles.push_back(
        {"Out", brief_rate_text(per_second(sent, report)), brief_count_text(sent) + " messages"});
  }
  if (received != 0) {
    tiles.push_back({"In", brief_rate_text(per_second(received, report)),
                     brief_count_text(received) + " messages"});
  }
  if (sent == 0 && received == 0) {
    tiles.push_back({"Connected", brief_count_text(report.gauges_peak.connected),
                     "of " + brief_count_text(report.gauges_peak.clients) + " clients at once"});
    tiles.push_back({"Connects", brief_rate_text(per_second(report.totals.connected, report)),
                     count_text(report.account.connected) + " in all"});
  }
}

void add_latency_tiles(std::vector<Tile>& tiles, const Report& report) {
  const Metric metric = main_metric(report);
  const auto& histogram = report.histograms[static_cast<std::size_t>(metric)];
  if (!histogram || histogram->empty()) return;
  for (const double percentile : {50.0, 99.0, 99.9, 100.0}) {
    const std::string label = percentile == 100 ? "max" : "p" + percentile_text(percentile);
    tiles.push_back({title(metric) + " " + label,
                     page_duration_text(static_cast<double>(histogram->value_at(percentile))),
                     percentile == 100 ? "the slowest of all"
                                       : percentile_text(percentile) + "% were as fast"});
  }
}

void add_fault_tiles(std::vector<Tile>& tiles, const Report& report) {
  if (const Loss loss = loss_of(report); loss.measured) {
    tiles.push_back({loss.exact ? "Lost" : "Lost at least", brief_count_text(loss.lost),
                     "of " + brief_count_text(loss.expected) + " deliveries", loss.lost != 0});
  }
  const std::uint64_t errors = report.errors.total();
  tiles.push_back({"Errors", brief_count_text(errors), "in the whole run", errors != 0});
}

void append_tiles(std::string& out, const Report& report) {
  std::vector<Tile> tiles;
  add_rate_tiles(tiles, report);
  add_latency_tiles(tiles, report);
  add_fault_tiles(tiles, report);
  // In two rows of about the same length.
  const std::size_t columns = tiles.size() > 5 ? (tiles.size() + 1) / 2 : tiles.size();
  out.append("<dl class=\"tiles\" style=\"--columns:").append(std::to_string(columns));
  out += "\">\n";
  for (const Tile& tile : tiles) {
    out.append(tile.bad ? "<div class=\"card tile bad\"><dt>" : "<div class=\"card tile\"><dt>");
    out.append(tile.label).append("</dt><dd>").append(tile.value).append("<small>");
    out.append(tile.note).append("</small></dd></div>\n");
  }
  out += "</dl>\n";
}

std::string_view css_class(Verdict::Kind kind) {
  switch (kind) {
    case Verdict::Kind::passed:
      return "good";
    case Verdict::Kind::failed:
      return "bad";
    case Verdict::Kind::interrupted:
      return "warn";
    case Verdict::Kind::finished:
      break;
  }
  return "plain";
}

void append_head(std::string& out, const Report& report) {
  out += "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n";
  out += "<meta charset=\"utf-8\"/>\n";
  out += "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ";
  out.append("'unsafe-inline'; script-src 'sha256-").append(script_hash());
  out += "'; base-uri 'none'; form-action 'none'\"/>\n";
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n";
  out += "<meta name=\"color-scheme\" content=\"light dark\"/>\n";
  out += "<meta name=\"referrer\" content=\"no-referrer\"/>\n";
  out.append("<title>").append(word(verdict(report).kind)).append(": mqrig bench ");
  append_escaped_html(out, report.scenario_name);
  out.append("</title>\n<style>").append(style_sheet()).append("</style>\n</head>\n");
}

void append_header(std::string& out, const Report& report) {
  const Verdict judged = verdict(report);
  out += "<header>\n<p class=\"brand\">mqrig bench</p>\n<h1>";
  append_escaped_html(out, report.scenario_name);
  out += " <span class=\"against\">against ";
  append_escaped_html(out, report.broker);
  out.append("</span></h1>\n<p class=\"verdict ").append(css_class(judged.kind));
  out.append("\" role=\"status\"><strong>").append(word(judged.kind)).append("</strong> ");
  append_escaped_html(out, judged.reason);
  out += "</p>\n<dl class=\"facts\">";
  for (const Fact& fact : run_facts(report, page_duration_text)) {
    if (fact.label == "Scenario" || fact.label == "Broker") continue;
    out.append("<div><dt>").append(escaped_html(fact.label)).append("</dt><dd>");
    out.append(escaped_html(fact.value)).append("</dd></div>");
  }
  out += "</dl>\n</header>\n";
}

void append_if_any(std::string& out, const std::optional<Chart>& chart) {
  if (chart) append_chart(out, *chart);
}

// Two beside each other where there is room.
void append_pair(std::string& out, const std::optional<Chart>& left,
                 const std::optional<Chart>& right) {
  if (!left && !right) return;
  out += "<div class=\"pair\">\n";
  append_if_any(out, left);
  append_if_any(out, right);
  out += "</div>\n";
}

// Those that are not the main one, folded away.
void append_other_metrics(std::string& out, const Report& report,
                          const std::vector<Interval>& rows) {
  std::string charts;
  for (std::size_t i = 0; i < metric_count; ++i) {
    const auto metric = static_cast<Metric>(i);
    if (metric == main_metric(report)) continue;
    append_pair(charts, rows.empty() ? std::nullopt : latency_chart(report, rows, metric),
                histogram_chart(report, metric));
  }
  if (charts.empty()) return;
  out +=
      "<details class=\"more\" id=\"other-latencies\"><summary><h2>Charts of the other latencies";
  out.append("</h2></summary>\n").append(charts).append("</details>\n");
}

void append_charts(std::string& out, const Report& report) {
  const Metric metric = main_metric(report);
  append_pair(out, search_latency_chart(report), search_rate_chart(report));
  append_search_table(out, report);
  const std::vector<Interval> rows = chart_rows(report.intervals);
  if (!rows.empty()) {
    append_if_any(out, throughput_chart(rows));
    append_if_any(out, latency_chart(report, rows, metric));
  }
  append_pair(out, percentiles_chart(report), histogram_chart(report, metric));
  append_latency_table(out, report);
  append_other_metrics(out, report, rows);
  if (!rows.empty()) append_if_any(out, connections_chart(rows));
}

}  // namespace

std::string to_html(const Report& report) {
  std::string out;
  append_head(out, report);
  out += "<body>\n<main>\n";
  append_header(out, report);
  append_notes(out, report);
  append_tiles(out, report);
  append_objectives(out, report);
  append_charts(out, report);
  out += "<div class=\"pair\">\n";
  append_rates(out, report);
  append_account(out, report);
  out += "</div>\n<div class=\"pair\">\n";
  append_facts(out, report);
  out += "</div>\n";
  append_errors(out, report);
  append_counters(out, report);
  append_configuration(out, report);
  out.append("</main>\n<footer>mqrig ").append(escaped_html(report.version));
  out.append(", run ").append(escaped_html(report.run_id)).append("</footer>\n<script>");
  out.append(script()).append("</script>\n</body>\n</html>\n");
  return out;
}

}  // namespace mqrig::load
