#include <mqrig/load/report_tables.hpp>

#include <array>

#include <mqrig/load/html_escape.hpp>
#include <mqrig/load/quantity_text.hpp>
#include <mqrig/load/report_charts.hpp>
#include <mqrig/load/report_facts.hpp>
#include <mqrig/load/short_text.hpp>

namespace mqrig::load {
namespace {

std::string duration(std::uint64_t nanoseconds) {
  return page_duration_text(static_cast<double>(nanoseconds));
}

void begin_section(std::string& out, std::string_view id, std::string_view heading,
                   std::string_view note = "") {
  out.append("<section class=\"card\" id=\"").append(id).append("\">\n<h2>").append(heading);
  out += "</h2>\n";
  if (!note.empty()) out.append("<p class=\"note\">").append(note).append("</p>\n");
}

void begin_table(std::string& out, std::initializer_list<std::string_view> heads) {
  out += "<div class=\"scroll\"><table><thead><tr>";
  for (const std::string_view head : heads) {
    out.append("<th scope=\"col\">").append(head).append("</th>");
  }
  out += "</tr></thead><tbody>\n";
}

constexpr std::string_view end_table = "</tbody></table></div>\n";

void begin_row(std::string& out, std::string_view head) {
  out += "<tr><th scope=\"row\">";
  append_escaped_html(out, head);
  out += "</th>";
}

void append_cell(std::string& out, std::string_view text, std::string_view css = "") {
  out += css.empty() ? "<td>" : "<td class=\"" + std::string(css) + "\">";
  append_escaped_html(out, text);
  out += "</td>";
}

void append_list(std::string& out, const std::vector<Fact>& facts) {
  out += "<dl>";
  for (const Fact& fact : facts) {
    out.append("<div><dt>").append(escaped_html(fact.label)).append("</dt><dd>");
    out.append(escaped_html(fact.value)).append("</dd></div>");
  }
  out += "</dl>\n";
}

void append_count_cell(std::string& out, std::optional<std::uint64_t> count, bool fault) {
  if (!count) return append_cell(out, "–", "none");
  append_cell(out, count_text(*count), fault && *count != 0 ? "bad" : "");
}

void append_note(std::string& out, std::string_view kind, std::string_view text) {
  out.append("<li class=\"").append(kind == "Warning" ? "warn" : "bad").append("\"><strong>");
  out.append(kind).append("</strong> ");
  append_escaped_html(out, text);
  out += "</li>\n";
}

}  // namespace

void append_objectives(std::string& out, const Report& report) {
  if (report.results.empty()) return;
  begin_section(out, "objectives", "Objectives");
  begin_table(out, {"Objective", "Measured", "Result"});
  for (const ObjectiveResult& result : report.results) {
    begin_row(out, result.objective.text);
    append_cell(out, result.value_text.empty() ? "not measured" : result.value_text);
    append_cell(out, result.met ? "✓ met" : "✗ missed", result.met ? "good" : "bad");
    out += "</tr>\n";
  }
  out.append(end_table).append("</section>\n");
}

void append_notes(std::string& out, const Report& report) {
  if (report.violations.empty() && report.warnings.empty()) return;
  out += "<ul class=\"notes\">\n";
  for (const Violation& violation : report.violations) {
    append_note(out, "Violation", violation.text);
  }
  for (const std::string& warning : report.warnings) append_note(out, "Warning", warning);
  out += "</ul>\n";
}

void append_search_table(std::string& out, const Report& report) {
  if (report.curve.empty()) return;
  begin_section(out, "search", "Steps of the search", "In the order in which they were tried.");
  begin_table(out, {"Asked", "Out", "In", "p50", "p99", "max", "Lost", "Objectives"});
  for (const CurvePoint& point : report.curve) {
    begin_row(out, rate_text(point.rate));
    append_cell(out, rate_text(point.sent));
    append_cell(out, rate_text(point.received));
    for (const std::uint64_t value : {point.p50, point.p99, point.max}) {
      append_cell(out, duration(value));
    }
    append_cell(out, percent_text(point.loss), point.loss > 0 ? "bad" : "");
    const std::string missed = point.failed.empty() ? "missed" : point.failed;
    append_cell(out, point.met ? "✓ met" : "✗ " + missed, point.met ? "good" : "bad");
    out += "</tr>\n";
  }
  out.append(end_table).append("</section>\n");
}

void append_latency_table(std::string& out, const Report& report) {
  bool any = false;
  for (std::size_t i = 0; i < metric_count; ++i) {
    const auto& histogram = report.histograms[i];
    if (!histogram || histogram->empty()) continue;
    if (!any) {
      begin_section(out, "latency", "Latency",
                    report.open_loop ? "From the intended time on: what held a message up counts."
                                     : "From the sending of a message on.");
      begin_table(out, {"Metric", "Count", "min", "mean", "p50", "p90", "p99", "p99.9", "p99.99",
                        "max", "std dev"});
      any = true;
    }
    const auto metric = static_cast<Metric>(i);
    out.append("<tr><th scope=\"row\">").append(title(metric)).append("<small>");
    out.append(description(metric)).append("</small></th>");
    append_cell(out, count_text(histogram->count()));
    append_cell(out, duration(histogram->min()));
    append_cell(out, page_duration_text(histogram->mean()));
    for (const double percentile : {50.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
      append_cell(out, duration(histogram->value_at(percentile)));
    }
    append_cell(out, page_duration_text(histogram->standard_deviation()));
    out += "</tr>\n";
  }
  if (any) out.append(end_table).append("</section>\n");
}

void append_account(std::string& out, const Report& report) {
  if (sum(report.account.sent) == 0 && sum(report.account.received) == 0) return;
  begin_section(out, "account", "Account of messages",
                "Of the whole run, with everything that was not measured.");
  begin_table(out, {"", "QoS 0", "QoS 1", "QoS 2", "All"});
  for (const AccountRow& row : message_account(report)) {
    begin_row(out, row.label);
    for (const auto& count : row.by_qos) append_count_cell(out, count, row.fault);
    append_count_cell(out, row.all, row.fault);
    out += "</tr>\n";
  }
  out.append(end_table).append("</section>\n");
}

void append_rates(std::string& out, const Report& report) {
  if (sum(report.totals.sent) == 0 && sum(report.totals.received) == 0) return;
  begin_section(out, "rates", "Rates", "Of the measured time.");
  begin_table(out, {"", "Out", "In"});
  for (const RateRow& row : rate_rows(report)) {
    begin_row(out, row.label);
    append_cell(out, row.out);
    append_cell(out, row.in);
    out += "</tr>\n";
  }
  out.append(end_table).append("</section>\n");
}

void append_facts(std::string& out, const Report& report) {
  begin_section(out, "connection-facts", "Connections in all");
  append_list(out, connection_facts(report));
  out += "</section>\n";
  begin_section(out, "generator", "Generator", "What the load test itself took.");
  append_list(out, generator_facts(report, page_duration_text));
  out += "</section>\n";
}

void append_errors(std::string& out, const Report& report) {
  if (report.errors.empty()) return;
  begin_section(out, "errors", "Errors", "Of the whole run, by kind.");
  begin_table(out, {"Error", "Count"});
  for (const auto& [text, count] : report.errors.texts()) {
    begin_row(out, text);
    append_cell(out, count_text(count));
    out += "</tr>\n";
  }
  out.append(end_table).append("</section>\n");
}

void append_counters(std::string& out, const Report& report) {
  out += "<details class=\"card\" id=\"counters\"><summary><h2>All counters</h2></summary>\n";
  begin_table(out, {"Counter", "Measured", "Whole run", "Meaning"});
  for (const CounterField& field : counter_fields()) {
    begin_row(out, field.name);
    append_cell(out, count_text(field.get(report.totals)));
    append_cell(out, count_text(field.get(report.account)));
    append_cell(out, field.help, "words");
    out += "</tr>\n";
  }
  out.append(end_table).append("</details>\n");
}

void append_configuration(std::string& out, const Report& report) {
  if (report.scenario_text.empty()) return;
  out += "<details class=\"card\" id=\"configuration\" open=\"\"><summary><h2>Configuration</h2>";
  out += "</summary>\n<p class=\"note\">The scenario, as mqrig bench run reads it.</p>\n";
  out += "<pre tabindex=\"0\">";
  append_escaped_html(out, report.scenario_text);
  out += "</pre></details>\n";
}

}  // namespace mqrig::load
