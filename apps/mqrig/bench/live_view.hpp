#pragma once

#include <cstddef>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/load/report.hpp>
#include <string>
#include <utility>
#include <vector>

#include "live_lines.hpp"

namespace mqrig::bench {

/// Where live lines go.
struct LiveOutput {
  int descriptor = 2;
  bool in_place = false;  // a terminal that obeys: lines are drawn over each other
  bool unicode = false;
  bool quiet = false;
  bool every_interval = false;  // a line for each, where lines are not drawn in place
};

/// By what the descriptor and the environment are.
LiveOutput live_output(int descriptor, bool quiet);

/// Shows how a run is doing, on standard error. On a terminal a few lines that are drawn in place;
/// elsewhere one line every 10 seconds at most, or for every interval; nothing when quiet. Leaves
/// no state in the terminal behind, whenever it ends. Belongs to one thread.
class LiveView {
 public:
  /// The diagnostic must outlive it: plain lines go through it.
  LiveView(const cli::Diagnostic& diagnostic, LiveOutput output);
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;
  ~LiveView();  // clear()

  /// After each interval.
  void update(const Progress& progress, const load::Interval& interval);

  /// Runs `write`, which prints lines to the same terminal, between clearing the lines and drawing
  /// them again.
  template <class Write>
  void between(Write&& write) {
    clear();
    std::forward<Write>(write)();
    draw();
  }

  /// Takes the lines away, until the next update() or draw().
  void clear();
  void draw();

 private:
  std::string way_back(std::size_t width) const;

  const cli::Diagnostic& diagnostic_;
  LiveOutput output_;
  LiveNumbers numbers_;
  std::vector<std::size_t> drawn_;  // columns of each line that stands on the terminal
  double last_summary_ = 0;
};

}  // namespace mqrig::bench
