#include "outputs.hpp"

#include <mqrig/load/report_csv.hpp>
#include <mqrig/load/report_html.hpp>
#include <mqrig/load/report_json.hpp>

namespace mqrig::bench {

Outputs::Outputs(const OutputSettings& settings)
    : json_(settings.json), csv_(settings.csv), hdr_(settings.hdr), html_(settings.html) {}

void Outputs::begin(const load::Report& report) {
  hdr_log_ = load::HdrLogWriter(report.begin);
  if (csv_.wanted()) {
    text_.clear();
    load::append_csv_header(text_);
    csv_.write(text_);
  }
  if (hdr_.wanted()) {
    text_.clear();
    hdr_log_.start(text_, "mqrig " + report.version);
    hdr_.write(text_);
  }
}

void Outputs::add_row(const load::Report& report, const load::Interval& interval) {
  if (!csv_.wanted()) return;
  text_.clear();
  load::append_csv_row(text_, report.begin, interval);
  csv_.write(text_);
}

void Outputs::add_histograms(double start, double end, const load::Histograms& histograms) {
  if (!hdr_.wanted()) return;
  text_.clear();
  hdr_log_.add(text_, start, end, histograms);
  hdr_.write(text_);
}

void Outputs::finish(const load::Report& report) {
  if (json_.wanted()) json_.write(load::to_json(report));
  if (html_.wanted()) html_.write(load::to_html(report));
}

bool Outputs::takes_stdout() const {
  return json_.is_stdout() || csv_.is_stdout() || hdr_.is_stdout() || html_.is_stdout();
}

bool Outputs::complete(const cli::Diagnostic& diagnostic) const {
  bool complete = true;
  for (const OutputFile* file : {&json_, &csv_, &hdr_, &html_}) {
    if (file->error().empty()) continue;
    diagnostic.error(file->error());
    complete = false;
  }
  return complete;
}

}  // namespace mqrig::bench
