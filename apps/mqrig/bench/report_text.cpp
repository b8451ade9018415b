#include "report_text.hpp"

#include <array>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/wrap.hpp>
#include <mqrig/load/quantity_text.hpp>
#include <mqrig/load/report_facts.hpp>
#include <mqrig/load/short_text.hpp>
#include <mqrig/load/verdict.hpp>

namespace mqrig::bench {
namespace {

using namespace load;

constexpr std::size_t width = 80;
constexpr std::size_t label_width = 24;
constexpr std::size_t cell_width = 11;
constexpr std::size_t count_width = 14;  // of the account of messages

constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view red = "\x1b[1;31m";
constexpr std::string_view yellow = "\x1b[1;33m";
constexpr std::string_view green = "\x1b[1;32m";
constexpr std::string_view plain = "\x1b[0m";

std::string printable(std::string_view text) {
  std::string shown;
  cli::append_printable(shown, text);
  return shown;
}

/// Lays out lines; knows whether there is colour.
class Page {
 public:
  explicit Page(bool colour) : colour_(colour) {}

  void heading(std::string_view text) {
    out_ += '\n';
    line_in(bold, text);
  }

  void line_in(std::string_view colour, std::string_view text) {
    paint(colour, text);
    out_ += '\n';
  }

  /// At the right end of `columns` columns; a longer text follows a blank.
  void cell(std::string_view text, std::size_t columns, std::string_view colour = "") {
    out_.append(text.size() < columns ? columns - text.size() : 1, ' ');
    paint(colour, text);
  }

  /// At the left end; a longer text is followed by a blank.
  void label(std::string_view text, std::size_t columns = label_width) {
    out_.append("  ").append(text);
    const std::size_t used = text.size() + 2;
    out_.append(used < columns ? columns - used : 1, ' ');
  }

  void end_line() { out_ += '\n'; }

  void fact(std::string_view name, std::string_view value) {
    label(name);
    cli::append_wrapped(out_, printable(value), label_width, label_width, width);
  }

  /// A word in colour and a text that is wrapped beside it.
  void note(std::string_view word, std::string_view colour, std::string_view text) {
    out_ += "  ";
    paint(colour, word);
    out_ += ' ';
    cli::append_wrapped(out_, printable(text), word.size() + 3, 4, width);
  }

  std::string take() { return std::move(out_); }

 private:
  void paint(std::string_view colour, std::string_view text) {
    const bool painted = colour_ && !colour.empty();
    if (painted) out_ += colour;
    out_ += text;
    if (painted) out_ += plain;
  }

  std::string out_;
  bool colour_;
};

/// Every digit where there is room.
std::string fitted(std::uint64_t count) {
  const std::string text = count_text(count);
  return text.size() < count_width ? text : short_text(static_cast<double>(count));
}

void add_facts(Page& page, std::string_view heading, const std::vector<Fact>& facts) {
  page.heading(heading);
  for (const Fact& fact : facts) page.fact(fact.label, fact.value);
}

void add_rates(Page& page, const Report& report) {
  page.heading("Rates");
  page.label("");
  page.cell("out", count_width + 4);
  page.cell("in", count_width + 4);
  page.end_line();
  for (const RateRow& row : rate_rows(report)) {
    page.label(row.label);
    page.cell(row.out, count_width + 4);
    page.cell(row.in, count_width + 4);
    page.end_line();
  }
}

void add_latencies(Page& page, const Report& report) {
  bool any = false;
  for (std::size_t i = 0; i < metric_count; ++i) {
    const auto& histogram = report.histograms[i];
    if (!histogram || histogram->empty()) continue;
    if (!any) {
      page.heading("Latency");
      page.label("");
      for (const char* head : {"p50", "p90", "p99", "p99.9", "max"}) page.cell(head, cell_width);
      page.end_line();
      any = true;
    }
    page.label(title(static_cast<Metric>(i)));
    for (const double percentile : {50.0, 90.0, 99.0, 99.9, 100.0}) {
      const auto value = static_cast<double>(histogram->value_at(percentile));
      page.cell(duration_text(value), cell_width);
    }
    page.end_line();
  }
}

void add_account(Page& page, const Report& report) {
  page.heading("Messages of the whole run");
  page.label("", label_width - 2);
  for (const char* head : {"QoS 0", "QoS 1", "QoS 2", "all"}) page.cell(head, count_width);
  page.end_line();
  for (const AccountRow& row : message_account(report)) {
    const auto colour = [&](std::uint64_t count) {
      return row.fault && count != 0 ? red : std::string_view();
    };
    page.label(row.label, label_width - 2);
    for (const auto& count : row.by_qos) {
      if (count) {
        page.cell(fitted(*count), count_width, colour(*count));
      } else {
        page.cell("-", count_width);
      }
    }
    page.cell(fitted(row.all), count_width, colour(row.all));
    page.end_line();
  }
}

void add_errors(Page& page, const Report& report) {
  if (report.errors.empty()) return;
  page.heading("Errors");
  for (const auto& [text, count] : report.errors.texts()) {
    page.cell(fitted(count), count_width, red);
    page.line_in("", "  " + printable(text));
  }
}

void add_search(Page& page, const Report& report) {
  if (report.curve.empty()) return;
  page.heading("Search for the highest rate");
  for (const char* head : {"asked", "out", "in", "p50", "p99", "max"}) page.cell(head, 9);
  page.end_line();
  for (const CurvePoint& point : report.curve) {
    for (const double rate : {point.rate, point.sent, point.received}) {
      page.cell(short_text(rate) + "/s", 9);
    }
    for (const std::uint64_t time : {point.p50, point.p99, point.max}) {
      page.cell(duration_text(static_cast<double>(time)), 9);
    }
    const std::string missed = point.failed.empty() ? "missed" : printable(point.failed);
    page.line_in(point.met ? green : red, point.met ? "  met" : "  " + missed);
  }
  const auto best = highest_met(report);
  page.fact("Highest rate",
            best ? rate_text(best->rate) + " met the objectives" : "no rate met the objectives");
}

void add_judgement(Page& page, const Report& report) {
  if (!report.results.empty()) page.heading("Objectives");
  for (const ObjectiveResult& result : report.results) {
    page.note(result.met ? "met   " : "missed", result.met ? green : red,
              result.objective.text + "   (" + result.value_text + ")");
  }
  if (!report.violations.empty() || !report.warnings.empty()) page.heading("Notes");
  for (const Violation& violation : report.violations) page.note("violation:", red, violation.text);
  for (const std::string& warning : report.warnings) page.note("warning:", yellow, warning);
}

std::string_view colour_of(Verdict::Kind kind) {
  switch (kind) {
    case Verdict::Kind::passed:
      return green;
    case Verdict::Kind::failed:
      return red;
    case Verdict::Kind::interrupted:
      return yellow;
    case Verdict::Kind::finished:
      break;
  }
  return bold;
}

}  // namespace

std::string report_text(const Report& report, bool colour) {
  const bool messages = sum(report.account.sent) != 0 || sum(report.account.received) != 0;
  Page page(colour);
  page.line_in(bold, "mqrig bench " + printable(report.scenario_name));
  for (const Fact& fact : run_facts(report, duration_text)) {
    if (fact.label != "Scenario") page.fact(fact.label, fact.value);
  }
  if (messages) add_rates(page, report);
  add_latencies(page, report);
  if (messages) add_account(page, report);
  add_facts(page, "Connections", connection_facts(report));
  add_errors(page, report);
  add_facts(page, "Generator", generator_facts(report, duration_text));
  add_search(page, report);
  add_judgement(page, report);
  const Verdict judged = verdict(report);
  page.end_line();
  page.line_in(colour_of(judged.kind), std::string(word(judged.kind)) + ": " + judged.reason);
  return page.take();
}

}  // namespace mqrig::bench
