#pragma once

#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/load/hdr_log.hpp>
#include <mqrig/load/report.hpp>
#include <string>

#include "output_file.hpp"
#include "settings.hpp"

namespace mqrig::bench {

/// The files that a run's results go to: the time series while it runs, the report at its end.
class Outputs {
 public:
  /// Throws InputError when one can't be opened.
  explicit Outputs(const OutputSettings& settings);

  /// `begin` and `version` of the report are known.
  void begin(const load::Report& report);
  void add_row(const load::Report& report, const load::Interval& interval);
  /// Of this time, in seconds from the begin of the run.
  void add_histograms(double start, double end, const load::Histograms& histograms);
  void finish(const load::Report& report);

  /// One of them is standard output: the tables for people go elsewhere then.
  bool takes_stdout() const;
  /// Says what could not be written. True if everything was.
  bool complete(const cli::Diagnostic& diagnostic) const;

 private:
  OutputFile json_;
  OutputFile csv_;
  OutputFile hdr_;
  OutputFile html_;
  load::HdrLogWriter hdr_log_{0};
  std::string text_;
};

}  // namespace mqrig::bench
